//! A reverse proxy before an Airflow that lies below a path of its own.

use std::net::{SocketAddr, TcpListener};

use anyhow::{Context, Result};

use crate::counted::relay_all;
use crate::env::Airflow;

/// What the proxy does on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passing {
    /// The path and the host stay as the client wrote them.
    AsItCame,
    /// Airflow sees neither the path below which it lies nor the host that the client asked.
    CutOff,
}

/// An Airflow as its users find it, behind a proxy. Its threads end with the test.
pub fn proxied(airflow: &Airflow, passing: Passing) -> Result<Airflow> {
    let address = airflow.url.strip_prefix("http://").context("the test's Airflow is no HTTP")?;
    let (host, base) = address.split_at(address.find('/').unwrap_or(address.len()));
    let upstream: SocketAddr = host.parse()?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let public = listener.local_addr()?.to_string();
    let url = format!("http://{public}{base}");
    let base = base.to_owned();
    relay_all(listener, upstream, move |head| rewritten(&head, &base, &public, passing));
    Ok(Airflow { url, ..airflow.clone() })
}

fn rewritten(head: &[u8], base: &str, public: &str, passing: Passing) -> Vec<u8> {
    let mut head = String::from_utf8_lossy(head).into_owned();
    if passing == Passing::CutOff {
        head = head.replacen(&format!(" {base}/"), " /", 1);
        head = head.replacen(public, "airflow.internal", 1);
    }
    let forwarded = format!(
        "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Host: {public}\r\nX-Forwarded-Proto: http\r\n\r\n"
    );
    head.truncate(head.trim_end().len());
    format!("{head}\r\n{forwarded}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn airflow_sees_what_the_proxy_makes_of_a_request() {
        let head = b"POST /team/mcp/v1/ HTTP/1.1\r\nhost: 127.0.0.1:8\r\ncontent-length: 2\r\n\r\n";
        let seen =
            |passing| String::from_utf8(rewritten(head, "/team", "127.0.0.1:8", passing)).unwrap();
        let kept = seen(Passing::AsItCame);
        assert!(kept.starts_with("POST /team/mcp/v1/ HTTP/1.1\r\nhost: 127.0.0.1:8\r\n"), "{kept}");
        let cut = seen(Passing::CutOff);
        assert!(cut.starts_with("POST /mcp/v1/ HTTP/1.1\r\nhost: airflow.internal\r\n"), "{cut}");
        assert!(cut.ends_with("X-Forwarded-Proto: http\r\n\r\n"), "{cut}");
    }
}
