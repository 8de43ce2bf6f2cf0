//! Answers whose body is not what it should be.

use std::io::Write;
use std::time::{Duration, Instant};

use airvane_api::ApiError;
use airvane_client::{Backend, CallError, JSON_LIMIT, TransportError, Waiting, success};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::fixtures::{ask, backend, context, delete, read};
use crate::server::{Answer, Server, answer, json};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

async fn raw(text: String) -> Result<serde_json::Value, CallError> {
    let server = Server::new(move |_, _| Answer::Raw(text.clone().into_bytes())).await;
    ask(&backend(&server.url), &read()).await
}

fn transport(error: TransportError) -> Result<serde_json::Value, CallError> {
    Err(CallError::Transport(error))
}

#[tokio::test]
async fn a_whole_answer_is_read() {
    let server = Server::new(|_, _| json("200 OK", r#"{"dags": []}"#)).await;
    assert_eq!(ask(&backend(&server.url), &read()).await, Ok(json!({"dags": []})));
    assert_eq!(server.received()[0].accept.as_deref(), Some("application/json"));
}

#[tokio::test]
async fn an_empty_answer_to_a_delete_is_a_success() {
    let text = "HTTP/1.1 204 No Content\r\n\r\n";
    let server = Server::new(move |_, _| Answer::Raw(text.into())).await;
    assert_eq!(ask(&backend(&server.url), &delete()).await, Ok(json!(null)));
    let server = Server::new(|_, _| answer("200 OK", &[], "")).await;
    assert_eq!(ask(&backend(&server.url), &delete()).await, Ok(json!(null)));
}

#[tokio::test]
async fn a_body_shorter_than_announced_is_cut() {
    let outcome = raw(format!("{OK}Content-Length: 100\r\n\r\n{{\"dags\": []}}")).await;
    assert_eq!(outcome, transport(TransportError::Cut));
}

#[tokio::test]
async fn a_chunked_body_without_its_end_is_cut() {
    let outcome = raw(format!("{OK}Transfer-Encoding: chunked\r\n\r\n5\r\n[1,2]\r\n")).await;
    assert_eq!(outcome, transport(TransportError::Cut));
}

#[tokio::test]
async fn a_body_longer_than_announced_ends_where_announced() {
    let outcome = raw(format!("{OK}Content-Length: 2\r\n\r\n[]garbage")).await;
    assert_eq!(outcome, Ok(json!([])));
}

#[tokio::test]
async fn a_reset_amid_the_body_is_cut() {
    let head = format!("{OK}Content-Length: 100\r\n\r\n{{\"dags\"");
    let server = Server::new(move |_, _| Answer::Reset(head.clone().into())).await;
    let outcome = ask(&backend(&server.url), &read()).await;
    assert_eq!(outcome, transport(TransportError::Cut));
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn a_length_that_is_none_is_no_http() {
    let outcome = raw(format!("{OK}Content-Length: many\r\n\r\n[]")).await;
    assert_eq!(outcome, transport(TransportError::NotHttp));
}

#[tokio::test]
async fn two_lengths_that_differ_are_no_http() {
    let outcome = raw(format!("{OK}Content-Length: 2\r\nContent-Length: 5\r\n\r\n[]   ")).await;
    assert_eq!(outcome, transport(TransportError::NotHttp));
}

#[tokio::test]
async fn what_is_no_http_is_told_so() {
    let outcome = raw("220 mail.example.org ESMTP ready\r\n".to_owned()).await;
    assert_eq!(outcome, transport(TransportError::NotHttp));
}

#[tokio::test]
async fn endless_headers_are_refused() {
    let outcome = raw(format!("{OK}X: {}\r\n\r\n", "a".repeat(2 << 20))).await;
    assert!(matches!(outcome, Err(CallError::Transport(TransportError::NotHttp))), "{outcome:?}");
}

#[tokio::test]
async fn truncated_json_is_not_airflows() {
    let server = Server::new(|_, _| json("200 OK", r#"{"dags": [{"dag_id": "et"#)).await;
    let outcome = ask(&backend(&server.url), &read()).await;
    assert!(matches!(outcome, Err(CallError::Api(ApiError::NotAirflow { .. }))), "{outcome:?}");
}

#[tokio::test]
async fn invalid_utf8_is_not_airflows() {
    let server = Server::new(|_, _| {
        answer("200 OK", &["Content-Type: application/json"], b"{\"a\": \"\xff\xfe\"}")
    })
    .await;
    let outcome = ask(&backend(&server.url), &read()).await;
    assert!(matches!(outcome, Err(CallError::Api(ApiError::NotAirflow { .. }))), "{outcome:?}");
}

#[tokio::test]
async fn a_login_page_is_not_airflows() {
    let page = "<html>Sign in";
    let server =
        Server::new(move |_, _| answer("200 OK", &["Content-Type: text/html"], page)).await;
    let Err(CallError::Api(ApiError::NotAirflow { content_type, detail })) =
        ask(&backend(&server.url), &read()).await
    else {
        panic!("a login page was taken for an answer")
    };
    assert_eq!((content_type.as_str(), detail.reveal()), ("text/html", page));
}

#[tokio::test]
async fn an_announced_giant_is_not_even_begun() {
    let head = format!("{OK}Content-Length: 10737418240\r\n\r\n");
    let server = flood(head).await;
    let outcome = ask(&backend(&server.url), &read()).await;
    assert_eq!(outcome, transport(TransportError::BodyTooLarge { limit: JSON_LIMIT }));
    assert!(server.written() < 16 << 20, "{} bytes were read", server.written());
}

#[tokio::test]
async fn an_unannounced_giant_is_read_up_to_the_limit() {
    let server = flood(format!("{OK}\r\n")).await;
    let outcome = ask(&backend(&server.url), &read()).await;
    assert_eq!(outcome, transport(TransportError::BodyTooLarge { limit: JSON_LIMIT }));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(server.written() < 32 << 20, "{} bytes were read", server.written());
}

#[tokio::test]
async fn a_giant_refusal_is_still_a_refusal() {
    let server = flood("HTTP/1.1 500 Oh\r\n\r\n".to_owned()).await;
    let outcome = ask(&backend(&server.url), &read()).await;
    assert!(
        matches!(outcome, Err(CallError::Api(ApiError::Server { status: 500, .. }))),
        "{outcome:?}"
    );
    assert!(server.written() < 16 << 20, "{} bytes were read", server.written());
}

#[tokio::test]
async fn a_slow_reader_slows_the_sender() {
    let server = flood(format!("{OK}\r\n")).await;
    let mut response = backend(&server.url).send(&read(), &context()).await.unwrap();
    response.chunk().await.unwrap().unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(server.written() < 24 << 20, "{} bytes are waiting", server.written());
}

async fn flood(head: String) -> Server {
    Server::new(move |_, _| Answer::Flood(head.clone().into(), vec![b' '; 64 << 10])).await
}

#[tokio::test]
async fn a_compressed_answer_is_read() {
    let server = Server::new(|_, _| {
        answer("200 OK", &["Content-Encoding: gzip"], gzip(&mut &br#"{"dags": []}"#[..]))
    })
    .await;
    assert_eq!(ask(&backend(&server.url), &read()).await, Ok(json!({"dags": []})));
}

#[tokio::test]
async fn a_gzip_bomb_counts_unpacked() {
    let bomb = gzip(&mut std::io::Read::take(std::io::repeat(b' '), 64 << 20));
    assert!(bomb.len() < 1 << 20);
    let server =
        Server::new(move |_, _| answer("200 OK", &["Content-Encoding: gzip"], &bomb)).await;
    let outcome = ask(&backend(&server.url), &read()).await;
    assert_eq!(outcome, transport(TransportError::BodyTooLarge { limit: JSON_LIMIT }));
}

#[tokio::test]
async fn broken_compression_is_told_from_a_cut() {
    let server = Server::new(|_, _| {
        answer("200 OK", &["Content-Encoding: gzip"], b"\x1f\x8b\x08\x00 this is not gzip at all")
    })
    .await;
    let outcome = ask(&backend(&server.url), &read()).await;
    assert_eq!(outcome, transport(TransportError::Decode));
}

fn gzip(from: &mut impl std::io::Read) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    std::io::copy(from, &mut encoder).unwrap();
    encoder.flush().unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_body_that_stalls_times_out() {
    let head = format!("{OK}Content-Length: 100\r\n\r\n{{");
    let server = Server::new(move |_, _| Answer::Stall(head.clone().into())).await;
    let after = Duration::from_millis(400);
    let expected = TransportError::Timeout { waiting: Waiting::Body, after };
    assert_eq!(ask(&backend(&server.url), &read()).await, transport(expected));
}

#[tokio::test]
async fn a_drip_ends_with_the_deadline() {
    let head = format!("{OK}Content-Length: 10000\r\n\r\n");
    let every = Duration::from_millis(30);
    let server = Server::new(move |_, _| Answer::Drip(head.clone().into(), every)).await;
    let began = Instant::now();
    let mut context = context();
    context.deadline = tokio::time::Instant::now() + Duration::from_millis(700);
    let response = backend(&server.url).send(&read(), &context).await.unwrap();
    let error = response.bytes(1 << 20).await.unwrap_err();
    assert!(
        matches!(error, TransportError::Timeout { waiting: Waiting::Deadline, .. }),
        "{error:?}"
    );
    assert!(began.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_body_can_be_cancelled() {
    let head = format!("{OK}Content-Length: 100\r\n\r\n{{");
    let server = Server::new(move |_, _| Answer::Stall(head.clone().into())).await;
    let context = context();
    let mut response =
        success(backend(&server.url).send(&read(), &context).await.unwrap(), "").await.unwrap();
    assert_eq!(response.chunk().await.unwrap().unwrap(), "{");
    context.cancel.cancel();
    assert_eq!(response.chunk().await, Err(TransportError::Cancelled));
}
