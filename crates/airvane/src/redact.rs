//! `airvane redact`: standard input without its secrets, or how many there are.

use std::io::{self, Read, Write};

use airvane_redact::{Count, Redactor, SafeText, Settings};
use clap::ArgMatches;

use crate::Exit;
use crate::cli::UsageError;

/// Bytes read at once.
const PIECE: usize = 64 * 1024;

/// Redacts standard input, in constant memory however long it is.
pub(crate) fn run(matches: &ArgMatches) -> anyhow::Result<Exit> {
    let redactor = redactor(matches)?;
    let mut stream = redactor.stream();
    let mut sink = Sink::new(matches.get_flag("count"));
    let mut input = io::stdin().lock();
    let mut piece = vec![0; PIECE];
    loop {
        let size = match input.read(&mut piece) {
            Ok(0) => break,
            Ok(size) => size,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        let safe = stream.push(piece.get(..size).unwrap_or_default());
        if !sink.take(&safe)? {
            return Ok(Exit::Success);
        }
    }
    sink.take(&stream.finish())?;
    sink.finish()?;
    Ok(Exit::Success)
}

fn redactor(matches: &ArgMatches) -> Result<Redactor, UsageError> {
    let patterns = |name| matches.get_many::<String>(name).into_iter().flatten();
    let settings = patterns("mask").fold(Settings::new(), |settings, p| settings.deny(p));
    let settings = patterns("keep").fold(settings, |settings, p| settings.allow(p));
    Redactor::new(settings).map_err(|error| UsageError(error.to_string()))
}

/// Where the redacted text goes.
enum Sink {
    Text(io::StdoutLock<'static>),
    Count(Count),
}

impl Sink {
    fn new(count: bool) -> Self {
        if count { Self::Count(Count::new()) } else { Self::Text(io::stdout().lock()) }
    }

    /// Takes a piece; `false` when nobody reads any more (`| head`).
    fn take(&mut self, safe: &SafeText) -> io::Result<bool> {
        match self {
            Self::Text(output) => {
                match output.write_all(safe.as_bytes()).and_then(|()| output.flush()) {
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
                    result => result.map(|()| true),
                }
            }
            Self::Count(kinds) => {
                for (kind, count) in safe.masks() {
                    *kinds.entry(kind).or_default() += count;
                }
                Ok(true)
            }
        }
    }

    fn finish(self) -> anyhow::Result<()> {
        let Self::Count(kinds) = self else { return Ok(()) };
        let rows = kinds.iter().map(|(kind, count)| format!("{count:>7}  {kind}\n"));
        let total: usize = kinds.values().sum();
        let text = rows.collect::<String>() + &format!("{total:>7}  in all\n");
        crate::print(&text)
    }
}
