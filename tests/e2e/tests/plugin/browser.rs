//! Somebody's browser: logged in to Airflow, by plain HTTP and, where it is installed, as Chromium.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use airvane_e2e::env::Airflow;
use airvane_e2e::rest::{Major, Rest};
use ureq::Agent;
use ureq::http::Response;

/// Chromium's clock runs ahead while a page waits for nothing but time.
const PATIENCE: &str = "--virtual-time-budget=20000";

/// A browser without a screen.
pub(crate) struct Browser {
    agent: Agent,
    url: String,
    /// What it sends to say who it is: a header's name and value.
    pub(crate) credential: (&'static str, String),
}

impl Browser {
    /// Logs in as the user of a role. Airflow before 3.1.1 knows nobody by a cookie; there the
    /// header has to do.
    pub(crate) fn login(airflow: &Airflow, role: &str) -> Self {
        let rest = Rest::login(airflow, role).unwrap();
        let agent = agent();
        let credential = match rest.major {
            Major::Two => ("Cookie", form_login(&agent, airflow, role)),
            Major::Three if knows_cookies(airflow) => {
                let token = rest.authorization().split_once(' ').unwrap().1;
                ("Cookie", format!("_token={token}"))
            }
            Major::Three => ("Authorization", rest.authorization().to_owned()),
        };
        Self { agent, url: airflow.url.clone(), credential }
    }

    /// Somebody who sends this instead of having logged in.
    pub(crate) fn stranger(airflow: &Airflow, header: &'static str, value: &str) -> Self {
        let credential = (header, value.to_owned());
        Self { agent: agent(), url: airflow.url.clone(), credential }
    }

    pub(crate) fn get(&self, path: &str) -> Response<ureq::Body> {
        let (name, value) = &self.credential;
        self.agent.get(format!("{}{path}", self.url)).header(*name, value).call().unwrap()
    }

    /// Opens a page in Chromium and takes a picture of it. Returns what Chromium complained about.
    pub(crate) fn draw(&self, path: &str, picture: &Path, further: &[&str]) -> String {
        let profile = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("chromium");
        let _ = std::fs::remove_dir_all(&profile);
        let entrance = entrance(&self.credential.1, &format!("{}{path}", self.url));
        let mut command = Command::new("chromium");
        command
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"])
            .args(["--no-first-run", "--disable-background-networking", "--disable-sync"])
            .args(["--disable-component-update", "--no-proxy-server", "--hide-scrollbars"])
            .args(["--enable-logging=stderr", "--window-size=1280,1600", PATIENCE])
            .args(further)
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg(format!("--screenshot={}", picture.display()))
            .arg(entrance);
        let said = command.stdout(Stdio::null()).output().unwrap();
        String::from_utf8_lossy(&said.stderr).into_owned()
    }
}

/// Whether Airflow itself knows a browser by its cookie, and so has the page in its menu.
pub(crate) fn knows_cookies(airflow: &Airflow) -> bool {
    let numbers: Vec<u32> = airflow.version.split('.').map_while(|n| n.parse().ok()).collect();
    numbers.first() == Some(&2) || numbers >= vec![3, 1, 1]
}

/// Whether Debian's `chromium` is here.
pub(crate) fn has_chromium() -> bool {
    let version = Command::new("chromium").arg("--version").output();
    version.is_ok_and(|output| output.status.success())
}

fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(60)))
        .max_redirects(0)
        // Only ever this machine: a proxy in the environment is not for us.
        .proxy(None)
        .build()
        .into()
}

/// Fills in Airflow 2's form. Returns the cookie of the session.
fn form_login(agent: &Agent, airflow: &Airflow, role: &str) -> String {
    let form = format!("{}/login/", airflow.url);
    let mut page = agent.get(&form).call().unwrap();
    let before = session(&page);
    let html = page.body_mut().read_to_string().unwrap();
    let token = html.split("csrf_token\" type=\"hidden\" value=\"").nth(1).unwrap();
    let token = token.split('"').next().unwrap();
    let user = airflow.user(role);
    let fields =
        [("csrf_token", token), ("username", &user.username), ("password", &user.password)];
    let answer = agent.post(&form).header("Cookie", &before).send_form(fields).unwrap();
    assert_eq!(answer.status(), 302);
    session(&answer)
}

fn session(response: &Response<ureq::Body>) -> String {
    let cookies = response.headers().get_all("set-cookie").into_iter();
    let texts = cookies.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap());
    texts.rev().find(|cookie| cookie.starts_with("session=")).unwrap().to_owned()
}

/// An address that gives whoever comes a cookie and sends them on: cookies belong to a host, and
/// all its ports share them.
fn entrance(cookie: &str, target: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let answer = format!(
        "HTTP/1.1 302 Found\r\nSet-Cookie: {cookie}; Path=/\r\nLocation: {target}\r\n\
         Content-Length: 0\r\nConnection: close\r\n\r\n"
    );
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap().take(1 << 16)).lines();
        while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
        stream.write_all(answer.as_bytes()).unwrap();
    });
    address
}
