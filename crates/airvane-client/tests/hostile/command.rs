//! Token commands that work, fail, hang or talk too much.
#![cfg(unix)]

use std::time::{Duration, Instant};

use airvane_client::{AuthError, CallError, Credentials, TransportError, Waiting};

use crate::fixtures::{ask, read, with};
use crate::server::{Server, json};

fn command(line: &str) -> Credentials {
    Credentials::TokenCommand(line.to_owned())
}

/// What comes of a command that gives no token, and that nothing was sent.
async fn failure(line: &str) -> TransportError {
    let server = Server::new(|_, _| json("200 OK", "[]")).await;
    let outcome = ask(&with(&server.url, command(line)), &read()).await;
    assert!(server.received().is_empty());
    match outcome {
        Err(CallError::Transport(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_command_is_run_once_and_again_after_a_refusal() {
    let file = std::env::temp_dir().join(format!("airvane-command-{}", std::process::id()));
    let line =
        format!("echo x >> {0}; echo \"  token-$(wc -l < {0} | tr -d ' ')  \"", file.display());
    let server = Server::new(|request, _| match request.authorization.as_deref() {
        Some("Bearer token-2") => json("200 OK", "[]"),
        _ => json("401 No", "{}"),
    })
    .await;
    let backend = with(&server.url, command(&line));
    for _ in 0..3 {
        ask(&backend, &read()).await.unwrap();
    }
    std::fs::remove_file(&file).unwrap();
    assert_eq!(server.received().len(), 4);
}

#[tokio::test]
async fn a_command_that_fails_is_told_with_what_it_said_kept_apart() {
    let error = failure("echo 'password hunter2 rejected' >&2; exit 3").await;
    assert_eq!(error.to_string(), "the token command failed with exit code 3");
    assert!(!format!("{error:?}").contains("hunter2"));
    let TransportError::Credential(AuthError::CommandFailed { code, stderr }) = error else {
        panic!("{error:?}")
    };
    assert_eq!((code, stderr.reveal()), (Some(3), "password hunter2 rejected\n"));
}

#[tokio::test]
async fn output_that_is_no_token_is_refused() {
    for line in ["true", "echo one two", "printf '\\377\\376'", "printf 'a\\001b'"] {
        let error = failure(line).await;
        let expected = AuthError::NotAToken { source_name: "the token command" };
        assert_eq!(error, TransportError::Credential(expected), "{line}");
    }
}

#[tokio::test]
async fn a_command_that_hangs_is_killed_with_its_children() {
    let file = std::env::temp_dir().join(format!("airvane-hang-{}", std::process::id()));
    let began = Instant::now();
    let error = failure(&format!("(sleep 1.5; touch {}) & sleep 60; true", file.display())).await;
    let after = Duration::from_millis(600);
    assert_eq!(error, TransportError::Timeout { waiting: Waiting::TokenCommand, after });
    assert!(began.elapsed() < Duration::from_secs(2));
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert!(!file.exists(), "a child outlived the command");
}

#[tokio::test]
async fn a_command_that_talks_for_ever_ends() {
    let error = failure("yes").await;
    let ended = matches!(
        error,
        TransportError::Credential(AuthError::CommandFailed { .. } | AuthError::NotAToken { .. })
    );
    assert!(ended, "{error:?}");
}
