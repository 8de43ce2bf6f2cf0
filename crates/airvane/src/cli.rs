//! The command line, made from the same table of options as the environment variables and the
//! reference.

use airvane_server::settings::options::Takes;
use airvane_server::settings::{ALIASES, Alias, OPTIONS, OptionSpec, RawSettings};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use clap_complete::Shell;

const ABOUT: &str = "The MCP server for Apache Airflow";

const EXAMPLES: &str = "\
Examples:
  airvane                                      Serve one client on standard input and output
  airvane --transport http --port 8000         Serve Streamable HTTP on 127.0.0.1:8000/mcp
  airvane doctor                               Check the connection to Airflow
  airvane tools                                List the tools
  airvane call diagnose_dag_run dag_id=orders  Why did the latest run of `orders` fail?
  airvane record orders                        The same, with Airflow's answers in a file
  airvane replay orders.cassette.json          Diagnose that file again, without Airflow
  airvane redact < task.log                    Mask the secrets in a text
  airvane completions bash                     Completions for a shell

Connection, read from the environment or from flags:
  AIRFLOW_API_URL=https://airflow.example.com AIRFLOW_USERNAME=me AIRFLOW_PASSWORD=… airvane doctor

Exit codes: 0 all is well, 1 the call, the check or the server failed, 2 wrong usage or settings.";

/// A command line that can't be carried out.
#[derive(Debug)]
pub(crate) struct UsageError(pub(crate) String);

impl std::fmt::Display for UsageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}

/// The whole command line.
pub(crate) fn command() -> Command {
    Command::new("airvane")
        .about(ABOUT)
        .version(env!("CARGO_PKG_VERSION"))
        .after_help(EXAMPLES)
        .max_term_width(100)
        .args_override_self(true)
        .disable_help_subcommand(true)
        .args(OPTIONS.iter().map(option))
        .args(ALIASES.iter().filter(|alias| alias.value.is_some()).map(switch))
        .arg(unsafe_flag())
        .subcommand(Command::new("serve").about("Serve MCP (the default)").after_help(EXAMPLES))
        .subcommand(Command::new("tools").about("List the tools that clients see").arg(json()))
        .subcommand(call())
        .subcommand(
            Command::new("doctor")
                .about("Check the connection to Airflow and say how to mend it")
                .arg(json()),
        )
        .subcommand(record())
        .subcommand(replay())
        .subcommand(redact())
        .subcommand(completions())
}

fn call() -> Command {
    let tool = Arg::new("tool").value_name("TOOL").required(true).help("Its name");
    let arguments = Arg::new("arguments")
        .value_name("KEY=VALUE")
        .num_args(0..)
        .help("Its arguments; a key that is given again makes a list");
    Command::new("call")
        .about("Call a tool: same rules, same output as for a client")
        .arg(tool)
        .arg(arguments)
        .arg(json())
        .after_help(
            "Examples:\n  airvane call list_dags limit=5 tags=daily\n  \
             airvane call get_task_logs dag_id=orders task_id=load grep=ERROR\n  \
             airvane --allow-write call trigger_dag dag_id=orders 'conf={\"day\": \"2026-01-01\"}'",
        )
}

fn record() -> Command {
    let dag = Arg::new("dag_id").value_name("DAG").required(true).help("The DAG");
    let run =
        Arg::new("dag_run_id").value_name("RUN").help("The run; its last failed one if not given");
    let out = Arg::new("out")
        .long("out")
        .value_name("FILE")
        .help("Where to write; DAG.cassette.json if not given, - for standard output");
    Command::new("record")
        .about("Diagnose a run and write what Airflow answered, without its secrets, into a file")
        .arg(dag)
        .arg(run)
        .arg(out)
        .after_help(
            "Examples:\n  airvane record orders_daily\n  \
             airvane record orders_daily scheduled__2026-05-02T00:00:00+00:00 --out orders.json\n  \
             airvane replay orders.json",
        )
}

fn replay() -> Command {
    let file = Arg::new("file").value_name("FILE").required(true).help("A file of `record`");
    Command::new("replay")
        .about("Diagnose what was recorded, without any Airflow")
        .arg(file)
        .arg(json())
}

fn redact() -> Command {
    let count = Arg::new("count")
        .long("count")
        .action(ArgAction::SetTrue)
        .help("Print how many secrets of which kind there are, not the text");
    let pattern = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("REGEX").action(ArgAction::Append).help(help)
    };
    Command::new("redact")
        .about("Mask the secrets in standard input, as a client would see it")
        .arg(count)
        .arg(pattern("mask", "Mask what matches, too; within one line"))
        .arg(pattern("keep", "Never mask a value that matches as a whole"))
        .after_help(
            "Examples:\n  airvane redact < task.log\n  \
             kubectl logs scheduler-0 | airvane redact --count\n  \
             airvane redact --mask 'ACME-[0-9]{8}' --keep 'test-.*' < task.log",
        )
}

fn completions() -> Command {
    let shell = Arg::new("shell")
        .value_name("SHELL")
        .required(true)
        .value_parser(value_parser!(Shell))
        .help("For which shell");
    Command::new("completions").about("Print completions for a shell").arg(shell)
}

fn json() -> Arg {
    Arg::new("json").long("json").action(ArgAction::SetTrue).help("Print JSON")
}

/// Valid before and after every subcommand.
fn option(spec: &'static OptionSpec) -> Arg {
    let arg = Arg::new(spec.flag)
        .long(spec.flag)
        .help(help(spec))
        .help_heading(spec.group.title())
        .global(true);
    let same = ALIASES.iter().filter(|alias| alias.option == spec.id && alias.value.is_none());
    let arg = arg.aliases(same.map(|alias| alias.flag));
    match spec.takes {
        Takes::Switch => arg.action(ArgAction::SetTrue),
        Takes::Value(name) => arg.value_name(name).action(ArgAction::Set),
        Takes::List(name) => arg.value_name(name).action(ArgAction::Append),
    }
}

/// A switch of another server. `-s` is short for its `--safe`.
fn switch(alias: &'static Alias) -> Arg {
    let arg = Arg::new(alias.flag).long(alias.flag).hide(true).global(true);
    let arg = if alias.flag == "safe" { arg.short('s') } else { arg };
    arg.action(ArgAction::SetTrue)
}

/// Another server's switch for what is a matter of two levels here.
const UNSAFE: &str = "unsafe";

fn unsafe_flag() -> Arg {
    Arg::new(UNSAFE).long(UNSAFE).short('u').hide(true).global(true).action(ArgAction::SetTrue)
}

/// What to say about flags that do less than whoever wrote them may expect.
pub(crate) fn notice(matches: &ArgMatches) -> Option<&'static str> {
    let matches = matches.subcommand().map_or(matches, |(_, inner)| inner);
    let given = |flag| matches.try_get_one::<bool>(flag).ok().flatten() == Some(&true);
    let levels = given("allow-write") || given("allow-destructive");
    (given(UNSAFE) && !levels).then_some(
        "note: --unsafe allows nothing here; add --allow-write, and --allow-destructive to delete",
    )
}

fn help(spec: &OptionSpec) -> String {
    if spec.env.is_empty() {
        return spec.help.to_owned();
    }
    format!("{} [env: {}]", spec.help, spec.env.join(", "))
}

/// Puts the flags that were given over what the environment said.
pub(crate) fn set_flags(raw: &mut RawSettings, matches: &ArgMatches) {
    // Global flags reach the innermost subcommand's matches, wherever they were written.
    let matches = matches.subcommand().map_or(matches, |(_, inner)| inner);
    for alias in ALIASES {
        if let (Some(value), Some(spec)) = (alias.value, OptionSpec::of(alias.option))
            && matches.get_flag(alias.flag)
        {
            raw.set_flag(spec, value);
        }
    }
    for spec in OPTIONS {
        match spec.takes {
            Takes::Switch if matches.get_flag(spec.flag) => raw.set_flag(spec, "true"),
            Takes::Switch => {}
            Takes::Value(_) => {
                if let Some(value) = matches.get_one::<String>(spec.flag) {
                    raw.set_flag(spec, value);
                }
            }
            Takes::List(_) => {
                if let Some(values) = matches.get_many::<String>(spec.flag) {
                    let values: Vec<&str> = values.map(String::as_str).collect();
                    raw.set_flag(spec, values.join(","));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use airvane_server::settings::{Settings, Transport};

    fn settings(line: &str) -> Settings {
        let matches = command().try_get_matches_from(line.split_whitespace()).unwrap();
        let mut raw = RawSettings::default();
        set_flags(&mut raw, &matches);
        Settings::resolve(&raw).unwrap()
    }

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn options_are_valid_with_and_without_serve() {
        for line in [
            "airvane --transport http --port 0",
            "airvane serve --transport http --port 0",
            "airvane --port 0 serve --transport=http",
        ] {
            let Transport::Http(http) = settings(line).transport else { panic!("{line}") };
            assert_eq!(http.port, 0, "{line}");
        }
    }

    #[test]
    fn flags_of_other_servers_set_ours() {
        let url = |line| settings(line).airflow.unwrap().url.to_string();
        assert_eq!(url("airvane --airflow-url http://a/x"), "http://a/x");
        assert_eq!(url("airvane --base-url http://b --auth-token t --safe"), "http://b/");
        assert!(
            !settings("airvane --api-url http://a --no-verify-ssl").airflow.unwrap().verify_ssl
        );
        let line =
            "airvane --transport http --mcp-host 127.0.0.1 --mcp-port 0 --apis dag --apis pool";
        let apis = settings(line);
        assert_eq!(apis.selection.toolsets, ["dag", "pool"]);
        let Transport::Http(http) = apis.transport else { panic!("{line}") };
        assert_eq!(http.port, 0);
        assert!(matches!(settings("airvane --http --port 0").transport, Transport::Http(_)));
        assert!(settings("airvane --static-tools").profile.is_some());
    }

    #[test]
    fn safe_wins_and_unsafe_allows_nothing() {
        let both = "airvane --allow-write --allow-destructive";
        for line in [format!("{both} --safe"), format!("{both} -s"), "airvane --unsafe".to_owned()]
        {
            assert_eq!(settings(&line).access.to_string(), "read", "{line}");
        }
        let notice = |line: &str| {
            notice(&command().try_get_matches_from(line.split_whitespace()).unwrap()).is_some()
        };
        assert!(notice("airvane -u serve") && notice("airvane serve --unsafe"));
        assert!(!notice("airvane --unsafe --allow-write") && !notice("airvane serve"));
    }

    #[test]
    fn lists_may_be_repeated() {
        let settings = settings("airvane --tools list_dags,list_pools tools --tools get_dag_run");
        assert!(settings.selection.tools.contains(&"get_dag_run".to_owned()));
        let twice = super::tests::settings("airvane tools --tools list_dags --tools get_dag_run");
        assert_eq!(twice.selection.tools, ["list_dags", "get_dag_run"]);
    }
}
