//! What reaches a log at its most talkative level, from us and from every library below us, over
//! HTTP/1.1 and over HTTP/2: no credential, no cookie, no query value, no body.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use airvane_api::{ApiVersion, Request, catalog};
use airvane_client::{
    Backend, CaCertificate, Caller, Context, Credentials, RestBackend, RestSettings, SecretString,
    call,
};
use bytes::Bytes;
use http::Response;
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tracing_subscriber::fmt::MakeWriter;

/// Distinctive, so that even a part of one is found.
const SECRETS: [&str; 6] = [
    "password-zebra-1",
    "minted-zebra-2",
    "forwarded-zebra-3",
    "query-zebra-4",
    "body-zebra-5",
    "cookie-zebra-6",
];

fn requests() -> [Request; 2] {
    let list = Request::builder(&catalog::LIST_DAGS, ApiVersion::V2).query("tags", SECRETS[3]);
    let create = Request::builder(&catalog::CREATE_VARIABLE, ApiVersion::V2)
        .body(serde_json::json!({"key": "k", "value": SECRETS[4]}));
    [list.build().unwrap(), create.build().unwrap()]
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn no_log_line_holds_a_secret() {
    let log = Log::default();
    tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).init();

    let plain = serve_http1().await;
    exercise(&RestSettings::new(plain.parse().unwrap())).await;
    let (secure, ca_certificate) = serve_http2().await;
    let settings = RestSettings {
        ca_certificate: Some(ca_certificate),
        ..RestSettings::new(secure.parse().unwrap())
    };
    exercise(&settings).await;

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let lines = |target: &str| text.lines().filter(|line| line.contains(target)).count();
    // A token and two requests of our own, two for another. Over each protocol.
    assert_eq!(lines("airvane_client"), 10, "{text}");
    assert!(lines("h2::") > 0 && lines("hyper_util::") > 0, "libraries were not heard");
    let leaks: Vec<_> =
        text.lines().filter(|line| line.contains("zebra") || line.contains("emVicmE")).collect();
    assert!(leaks.is_empty(), "{leaks:#?}");
}

async fn exercise(settings: &RestSettings) {
    let credentials = Credentials::Password {
        username: "ann".to_owned(),
        password: SecretString::from(SECRETS[0]),
    };
    let backend = RestBackend::new(RestSettings { credentials, ..settings.clone() }).unwrap();
    let forwarded = Caller::Forwarded(SecretString::from(format!("Bearer {}", SECRETS[2])));
    for caller in [Caller::Configured, forwarded] {
        let context = Context::within(caller, Duration::from_secs(5));
        for request in requests() {
            let answer = call(&backend as &dyn Backend, &request, &context).await.unwrap();
            assert_eq!(answer.value["value"], SECRETS[4], "the secrets did travel");
        }
        let shown = format!("{backend:?} {context:?}");
        assert!(!shown.contains("zebra"), "{shown}");
    }
}

/// The same answer to everything: a token, and more.
fn answer() -> String {
    format!(r#"{{"access_token": "{}", "value": "{}"}}"#, SECRETS[1], SECRETS[4])
}

fn cookie() -> String {
    format!("session={}", SECRETS[5])
}

async fn serve_http1() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut piece = [0; 16 << 10];
            let mut all = String::new();
            // A request has come when its head has, or its body's last brace.
            while !(all.starts_with("GET") && all.ends_with("\r\n\r\n") || all.ends_with('}')) {
                let count = stream.read(&mut piece).await.unwrap();
                all.push_str(std::str::from_utf8(&piece[..count]).unwrap());
            }
            let (body, cookie) = (answer(), cookie());
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nSet-Cookie: {cookie}\r\n\
                 Connection: close\r\n\r\n",
                body.len()
            );
            stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        }
    });
    url
}

async fn serve_http2() -> (String, CaCertificate) {
    let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(signed.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![signed.cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let stream = acceptor.accept(stream).await.unwrap();
            tokio::spawn(async move {
                let mut connection = h2::server::handshake(stream).await.unwrap();
                while let Some(Ok((_, mut respond))) = connection.accept().await {
                    let head = Response::builder().header("set-cookie", cookie()).body(()).unwrap();
                    let mut body = respond.send_response(head, false).unwrap();
                    body.send_data(Bytes::from(answer()), true).unwrap();
                }
            });
        }
    });
    (url, CaCertificate::Pem(signed.cert.pem().into_bytes()))
}
