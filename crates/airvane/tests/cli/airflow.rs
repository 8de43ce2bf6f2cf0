//! Something that answers as Airflow 3 does, one function deep.

use std::io::{Read, Write};
use std::net::TcpListener;

/// Status and body for the text of a request.
pub(crate) type Answer = fn(&str) -> (u16, String);

/// Its address. `/version` is answered here, everything else by the function.
pub(crate) fn serve(answer: Answer) -> String {
    listen(move |request| {
        if request.contains("/api/v2/version") {
            (200, r#"{"version": "3.1.0", "git_version": null}"#.to_owned())
        } else {
            answer(request)
        }
    })
}

/// The same as Airflow 2.
pub(crate) fn serve_2(answer: Answer) -> String {
    listen(move |request| {
        if request.contains("/api/v1/version") {
            (200, r#"{"version": "2.11.2", "git_version": ""}"#.to_owned())
        } else if request.contains("/api/v2/") {
            (404, "{}".to_owned())
        } else {
            answer(request)
        }
    })
}

/// The address of something that is no Airflow.
pub(crate) fn nothing() -> String {
    listen(|_| (404, "{}".to_owned()))
}

fn listen(answer: impl Fn(&str) -> (u16, String) + Clone + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let answer = answer.clone();
            std::thread::spawn(move || {
                let mut buffer = [0; 8192];
                while let Ok(read @ 1..) = stream.read(&mut buffer) {
                    let request = String::from_utf8_lossy(&buffer[..read]).into_owned();
                    let (status, body) = answer(&request);
                    let head = "Content-Type: application/json\r\nContent-Length:";
                    let text =
                        format!("HTTP/1.1 {status} X\r\n{head} {}\r\n\r\n{body}", body.len());
                    if stream.write_all(text.as_bytes()).is_err() {
                        return;
                    }
                }
            });
        }
    });
    format!("http://{address}")
}
