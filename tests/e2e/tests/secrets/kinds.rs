//! Forty kinds of secrets and one more, each with the text it usually stands in: one of them
//! Airflow 3 itself cuts out of its logs. Values are made anew from a seed, after the forms that providers document; none was ever valid anywhere.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// A kind: how its secret is made, and what is written around it.
pub struct Kind {
    pub name: &'static str,
    secret: fn(&mut Maker) -> String,
    text: fn(&str) -> String,
}

impl Kind {
    /// A secret of this kind and the text with it. The same seed gives the same.
    pub fn make(&self, seed: u64) -> (String, String) {
        let secret = (self.secret)(&mut Maker(StdRng::seed_from_u64(seed)));
        let text = (self.text)(&secret);
        (secret, text)
    }
}

/// Makes parts of secrets.
pub struct Maker(StdRng);

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
const HEX: &str = "0123456789abcdef";
const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

impl Maker {
    fn of(&mut self, alphabet: &str, length: usize) -> String {
        let letters = alphabet.as_bytes();
        (0..length).map(|_| char::from(letters[self.0.random_range(0..letters.len())])).collect()
    }

    /// As people choose them: a word and what the rules ask for.
    fn password(&mut self) -> String {
        const WORDS: [&str; 6] = ["Kettle", "Harbor", "Walnut", "Copper", "Meadow", "Lantern"];
        let word = WORDS[self.0.random_range(0..WORDS.len())];
        format!("{word}-{}{}", self.of(LOWER, 6), self.0.random_range(10..99))
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.0.random()).collect()
    }

    /// The body of a key block: lines of base64.
    fn block(&mut self, lines: usize) -> String {
        let mut lines: Vec<_> = (1..lines).map(|_| self.of(BASE64, 64)).collect();
        lines.push(self.of(BASE64, 44));
        lines.join("\n")
    }

    fn jwt(&mut self) -> String {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","typ":"JWT"}"#);
        let subject = self.of(LOWER, 12);
        let claims =
            format!(r#"{{"sub":"{subject}","iss":"https://id.example","exp":1999999999}}"#);
        format!("{header}.{}.{}", URL_SAFE_NO_PAD.encode(claims), self.of(URL64, 86))
    }
}

/// A block between its markers. In two parts, so that this file holds no marker.
fn armored(name: &str, body: &str) -> String {
    let dashes = "-".repeat(5);
    format!("{dashes}BEGIN {name}{dashes}\n{body}\n{dashes}END {name}{dashes}")
}

/// All of them.
pub const KINDS: [Kind; 42] = [
    Kind {
        name: "vault",
        secret: |m| format!("hvs.{}", m.of(URL64, 95)),
        text: |s| format!("vault answered with client token {s}"),
    },
    Kind {
        name: "aws_pair",
        secret: |m| m.of(BASE64, 40),
        text: |s| format!("aws_access_key_id=AKIAQ7XMPL4ZK2WD9TRB aws_secret_access_key={s}"),
    },
    Kind {
        name: "aws_session",
        secret: |m| format!("FwoGZXIvYXdzE{}==", m.of(BASE64, 160)),
        text: |s| format!("export AWS_SESSION_TOKEN={s}"),
    },
    Kind {
        name: "github",
        secret: |m| format!("ghp_{}", m.of(ALNUM, 36)),
        text: |s| format!("cloning shop/etl as etl-bot with {s}"),
    },
    Kind {
        name: "gitlab",
        secret: |m| format!("glpat-{}", m.of(URL64, 20)),
        text: |s| format!("PRIVATE-TOKEN: {s}"),
    },
    Kind {
        name: "slack_bot",
        secret: |m| {
            format!("xoxb-{}-{}-{}", m.of("123456789", 12), m.of("123456789", 13), m.of(ALNUM, 24))
        },
        text: |s| format!("posting to #alerts with {s}"),
    },
    Kind {
        name: "slack_webhook",
        secret: |m| m.of(ALNUM, 24),
        text: |s| {
            format!("notify https://hooks.slack.com/services/T0A1B2C3D/B0A1B2C3D/{s} on failure")
        },
    },
    Kind {
        name: "stripe",
        secret: |m| format!("sk_live_{}", m.of(ALNUM, 32)),
        text: |s| format!("charging with key {s}, dry run"),
    },
    Kind {
        name: "gcp_service_account",
        secret: |m| m.block(6),
        text: |s| {
            let block = armored("PRIVATE KEY", s).replace('\n', "\\n");
            format!(
                r#"{{"type": "service_account", "project_id": "shop-prod", "private_key": "{block}\n", "client_email": "etl@shop-prod.example"}}"#
            )
        },
    },
    Kind {
        name: "gcp_api_key",
        secret: |m| format!("AIza{}", m.of(URL64, 35)),
        text: |s| format!("GET https://maps.example/geocode?address=Berlin&key={s}"),
    },
    Kind {
        name: "pem",
        secret: |m| m.block(6),
        text: |s| format!("loaded key\n{}", armored("RSA PRIVATE KEY", s)),
    },
    Kind { name: "openssh", secret: |m| m.block(5), text: |s| armored("OPENSSH PRIVATE KEY", s) },
    Kind {
        name: "pgp",
        secret: |m| m.block(6),
        text: |s| armored("PGP PRIVATE KEY BLOCK", &format!("\n{s}")),
    },
    Kind { name: "jwt", secret: Maker::jwt, text: |s| format!("logged in, got {s}") },
    Kind {
        name: "postgres_uri",
        secret: Maker::password,
        text: |s| format!("connecting to postgresql://loader:{s}@db7.example:5432/shop"),
    },
    Kind {
        name: "mysql_uri",
        secret: Maker::password,
        text: |s| format!("engine=mysql+pymysql://etl:{s}@db.example/stock?charset=utf8mb4"),
    },
    Kind {
        name: "mongodb_uri",
        secret: Maker::password,
        text: |s| format!("mongodb+srv://app:{s}@cluster0.example.net/events"),
    },
    Kind {
        name: "amqp_uri",
        secret: Maker::password,
        text: |s| format!("broker amqps://worker:{s}@mq.example:5671/%2Fjobs is up"),
    },
    Kind {
        name: "redis_uri",
        secret: Maker::password,
        text: |s| format!("cache at redis://:{s}@cache.example:6379/0"),
    },
    Kind {
        name: "https_uri",
        secret: Maker::password,
        text: |s| format!("pulling https://reader:{s}@files.example/v1/orders.csv"),
    },
    Kind {
        name: "jdbc",
        secret: Maker::password,
        text: |s| format!("jdbc:postgresql://db.example:5432/shop?user=etl&password={s}&ssl=true"),
    },
    Kind {
        name: "ado_net",
        secret: Maker::password,
        text: |s| {
            format!(
                "Server=tcp:sql.example,1433;Database=shop;User Id=etl;Password={s};Encrypt=true;"
            )
        },
    },
    Kind {
        name: "basic_header",
        secret: |m| STANDARD.encode(format!("loader:{}", m.password())),
        text: |s| format!("> Authorization: Basic {s}"),
    },
    Kind {
        name: "bearer_header",
        secret: |m| m.of(ALNUM, 40),
        text: |s| format!("> authorization: bearer {s}"),
    },
    Kind {
        name: "cookie",
        secret: |m| m.of(ALNUM, 32),
        text: |s| format!("> Cookie: theme=dark; session={s}; lang=en"),
    },
    Kind {
        name: "named_password",
        secret: Maker::password,
        text: |s| format!("login user=etl password={s} sslmode=require"),
    },
    Kind {
        name: "named_yaml",
        secret: |m| m.of(ALNUM, 28),
        text: |s| format!("partner_api_key: {s}"),
    },
    Kind {
        name: "nested_json",
        secret: |m| m.of(ALNUM, 30),
        text: |s| {
            format!(r#"{{"oauth": {{"client_id": "shop", "client_secret": "{s}"}}, "retries": 3}}"#)
        },
    },
    Kind {
        name: "python_repr",
        secret: |m| m.of(ALNUM, 26),
        text: |s| format!("options={{'region': 'eu', 'secret_key': '{s}', 'verify': True}}"),
    },
    // Where "password" is somebody's password, Airflow masks the name and leaves the value.
    Kind {
        name: "hidden_name",
        secret: Maker::password,
        text: |s| format!("login user=etl ***={s} sslmode=require"),
    },
    Kind {
        name: "command_flag",
        secret: Maker::password,
        text: |s| {
            format!("$ upload --host files.example --user etl --password {s} --recursive out/")
        },
    },
    Kind {
        name: "curl_user",
        secret: Maker::password,
        text: |s| format!("+ curl -sS -u loader:{s} https://files.example/stock.csv"),
    },
    Kind {
        name: "environment",
        secret: Maker::password,
        text: |s| format!("HOME=/root\nWAREHOUSE_PASSWORD={s}\nLANG=C.UTF-8"),
    },
    Kind {
        name: "azure_storage",
        secret: |m| STANDARD.encode(m.bytes(64)),
        text: |s| {
            format!(
                "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey={s};EndpointSuffix=core.windows.net"
            )
        },
    },
    Kind {
        name: "azure_sas",
        secret: |m| format!("{}%3D", m.of(ALNUM, 43)),
        text: |s| {
            format!(
                "https://shop.blob.core.windows.net/out/a.csv?sv=2024-11-04&se=2027-01-01&sr=b&sp=r&sig={s}"
            )
        },
    },
    Kind {
        name: "npm",
        secret: |m| format!("npm_{}", m.of(ALNUM, 36)),
        text: |s| format!("//registry.npmjs.org/:_authToken={s}"),
    },
    Kind {
        name: "pypi",
        secret: |m| format!("pypi-AgEIcHlwaS5vcmc{}", m.of(URL64, 150)),
        text: |s| format!("twine upload with {s}"),
    },
    Kind {
        name: "sendgrid",
        secret: |m| format!("SG.{}.{}", m.of(URL64, 22), m.of(URL64, 43)),
        text: |s| format!("mail key {s}"),
    },
    Kind {
        name: "twilio",
        secret: |m| m.of(HEX, 32),
        text: |s| {
            format!("TWILIO_ACCOUNT_SID=ACcfd1b0a6e0d04fd2a2ff9c0a7f8b3f5e TWILIO_AUTH_TOKEN={s}")
        },
    },
    Kind {
        name: "databricks",
        secret: |m| format!("dapi{}", m.of(HEX, 32)),
        text: |s| format!("cluster 0423-113411 reached with {s}"),
    },
    Kind {
        name: "sql_identified",
        secret: Maker::password,
        text: |s| format!("CREATE USER 'etl'@'%' IDENTIFIED BY '{s}';"),
    },
    Kind {
        name: "docker_auth",
        secret: |m| STANDARD.encode(format!("robot:{}", m.of(ALNUM, 24))),
        text: |s| format!(r#"{{"auths": {{"registry.example": {{"auth": "{s}"}}}}}}"#),
    },
];
