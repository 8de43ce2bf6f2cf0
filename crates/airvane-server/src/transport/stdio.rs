//! One client on standard input and output.
//!
//! Standard output carries JSON-RPC and nothing else. Whatever comes in, the process goes on:
//! rmcp gives up on a message out of order before the handshake, so the handshake is begun anew
//! then. It ends when its input ends (after the answers that are still under way) or on a signal.

use std::collections::HashSet;
use std::io::{self, BufRead, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rmcp::RoleServer;
use rmcp::model::{
    ClientJsonRpcMessage, ClientNotification, JsonRpcMessage, RequestId, ServerJsonRpcMessage,
};
use rmcp::service::{ServerInitializeError, serve_server_with_ct};
use rmcp::transport::Transport;
use serde::Serialize;
use tokio::io::AsyncWriteExt;
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use super::messages::{self, Line};
use crate::Server;
use crate::mcp::Mcp;

/// How long calls that are under way may take after the input has ended. The client is mostly
/// gone then, so this is for scripts that pipe requests in.
const LAST_CALLS: Duration = Duration::from_secs(30);

/// Serves until the input ends or `ended` is cancelled.
pub async fn serve(server: Server, ended: CancellationToken) -> io::Result<()> {
    let (output, lines) = mpsc::channel(64);
    let writer = tokio::spawn(write(lines, ended.clone()));
    let wire = Wire {
        input: Arc::new(tokio::sync::Mutex::new(read_in_background())),
        output,
        under_way: Arc::default(),
    };
    let mcp = Mcp::new(server);
    loop {
        match serve_server_with_ct(mcp.clone(), wire.clone(), ended.clone()).await {
            Ok(running) => {
                if let Err(error) = running.waiting().await {
                    return Err(io::Error::other(error));
                }
                break;
            }
            Err(
                ServerInitializeError::ExpectedInitializeRequest(_)
                | ServerInitializeError::InitializeFailed(_),
            ) => {}
            Err(ServerInitializeError::ConnectionClosed(_) | ServerInitializeError::Cancelled) => {
                break;
            }
            Err(error) => return Err(io::Error::other(error)),
        }
    }
    // The writer ends when nobody can send any more, and only then is everything written.
    drop(wire);
    writer.await.map_err(io::Error::other)
}

/// Reads lines on a thread of its own: a read of standard input cannot be cancelled, and must not
/// keep the process from ending.
fn read_in_background() -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel(16);
    std::thread::spawn(move || {
        let mut input = io::stdin().lock();
        while let Ok(Some(line)) = next_line(&mut input) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

/// The next line, without holding more of it than a message may have; one byte more says that it
/// was too long. `None` at the end.
fn next_line(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    const LIMIT: usize = messages::LONGEST + 1;
    let mut line = Vec::new();
    let read = input.take(LIMIT as u64 + 1).read_until(b'\n', &mut line)?;
    if read == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if line.len() > messages::LONGEST {
        line.truncate(LIMIT);
        skip_line(input)?;
    }
    Ok(Some(line))
}

fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(buffer.len(), |end| end + 1);
        input.consume(used);
        if end.is_some() {
            return Ok(());
        }
    }
}

/// Writes lines until nobody sends any more. A client that no longer reads ends the server.
async fn write(mut lines: mpsc::Receiver<Vec<u8>>, ended: CancellationToken) {
    let mut output = tokio::io::stdout();
    while let Some(mut line) = lines.recv().await {
        line.push(b'\n');
        if output.write_all(&line).await.is_err() || output.flush().await.is_err() {
            ended.cancel();
            return;
        }
    }
}

/// Both directions. Clones share them, so that a handshake can begin anew.
#[derive(Clone)]
struct Wire {
    input: Arc<tokio::sync::Mutex<mpsc::Receiver<Vec<u8>>>>,
    output: mpsc::Sender<Vec<u8>>,
    under_way: Arc<UnderWay>,
}

/// The requests that have no answer yet.
#[derive(Default)]
struct UnderWay {
    ids: Mutex<HashSet<RequestId>>,
    changed: Notify,
}

impl UnderWay {
    fn ids(&self) -> std::sync::MutexGuard<'_, HashSet<RequestId>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn received(&self, message: &ClientJsonRpcMessage) {
        match message {
            JsonRpcMessage::Request(request) => {
                self.ids().insert(request.id.clone());
            }
            JsonRpcMessage::Notification(notification) => {
                // A cancelled request gets no answer.
                if let ClientNotification::CancelledNotification(cancelled) =
                    &notification.notification
                    && let Some(id) = &cancelled.params.request_id
                {
                    self.answered(id);
                }
            }
            _ => {}
        }
    }

    fn answered(&self, id: &RequestId) {
        self.ids().remove(id);
        self.changed.notify_one();
    }

    async fn none_left(&self) {
        while !self.ids().is_empty() {
            self.changed.notified().await;
        }
    }
}

impl Wire {
    async fn answer(&self, value: &impl Serialize) -> io::Result<()> {
        let line = serde_json::to_vec(value)?;
        self.output.send(line).await.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Transport<RoleServer> for Wire {
    type Error = io::Error;

    fn send(
        &mut self,
        message: ServerJsonRpcMessage,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let wire = self.clone();
        async move {
            let result = wire.answer(&message).await;
            match &message {
                JsonRpcMessage::Response(response) => wire.under_way.answered(&response.id),
                JsonRpcMessage::Error(error) => {
                    if let Some(id) = &error.id {
                        wire.under_way.answered(id);
                    }
                }
                _ => {}
            }
            result
        }
    }

    /// May be dropped half way: a line is taken out of the channel and handled in one go, and a
    /// refusal that is lost with it answered no request.
    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        loop {
            let Some(line) = self.input.lock().await.recv().await else {
                // Ends at once when every request has its answer.
                let _ = tokio::time::timeout(LAST_CALLS, self.under_way.none_left()).await;
                return None;
            };
            let refusal = if line.len() > messages::LONGEST {
                messages::too_long()
            } else {
                match messages::read(&line) {
                    Line::Message(message) => {
                        self.under_way.received(&message);
                        return Some(*message);
                    }
                    Line::Nothing => continue,
                    Line::Refused(answer) => answer,
                }
            };
            let wire = self.clone();
            tokio::spawn(async move { wire.answer(&refusal).await });
        }
    }

    async fn close(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_end_is_never_held_whole() {
        let long = vec![b'x'; messages::LONGEST * 2];
        let text = [b"one\n".as_slice(), &long, b"\ntwo\nlast"].concat();
        let mut input = text.as_slice();
        let mut next = || next_line(&mut input).unwrap();
        assert_eq!(next().unwrap(), b"one");
        assert_eq!(next().unwrap().len(), messages::LONGEST + 1);
        assert_eq!(next().unwrap(), b"two");
        assert_eq!(next().unwrap(), b"last");
        assert_eq!(next(), None);
    }

    #[test]
    fn a_message_of_the_longest_length_is_taken() {
        let mut text = vec![b'x'; messages::LONGEST];
        text.extend(b"\nnext\n");
        let mut input = text.as_slice();
        assert_eq!(next_line(&mut input).unwrap().unwrap().len(), messages::LONGEST);
        assert_eq!(next_line(&mut input).unwrap().unwrap(), b"next");
    }
}
