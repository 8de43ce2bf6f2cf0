//! One example of each form in which a secret is found, and of what is left alone.

use airvane_redact::{Redactor, Settings};

fn redact(text: &str) -> String {
    let settings = Settings::new().mask_seed(7);
    Redactor::new(settings).unwrap_or_default().text(text).into_string()
}

const SECRET: &str = "horse77-Battery";

#[test]
fn secrets_are_found_in_every_form() {
    let mut missed = Vec::new();
    for text in [
        "<entry key=\"db.password\">@</entry>",
        "<ns:password type=\"text\">@</ns:password>",
        "<setting name=\"ApiSecret\" serializeAs=\"String\"><value>@</value></setting>",
        "<key>APIToken</key>\n<string>@</string>",
        "| password | @ |",
        "requirepass @",
        "ENV DB_PASSWORD @",
        "password ---- @",
        "password for root: @",
        "The password for the user \"admin\" is \"@\".",
        "creds = (\"admin\", \"@\")",
        "settings.setPassword(\"@\");",
        "password: !Sub \"@\"",
        "const secret = process.env.SECRET || '@';",
        "password: \"{{ vault | default('@') }}\"",
        "variable \"db_password\" {\n  type = string\n  default = \"@\"\n}",
        "HTTPBasicAuth('bob', '@')",
        "new NetworkCredential(\"bob@example.com\", \"@\");",
        "DriverManager.getConnection(\"jdbc:mysql://db/x\", \"root\", \"@\");",
        "jwt.sign(payload, '@', {expiresIn: '1h'})",
        "{'env': 'HOME=/root\\nDB_PASSWORD=@'}",
        "{\"env\": \"HOME=/root\\nDB_PASSWORD=@\\nPORT=1\"}",
        "text: HOME=/root\\x0aDB_PASSWORD=@",
        "text: HOME=/root\\u000aDB_PASSWORD=@",
        "dir C:\\token=@",
        "INSERT INTO users (name, password) VALUES ('bob', '@');",
        "CREATE USER bob IDENTIFIED BY '@'",
        "EXEC sp_addlogin 'bob', '@'",
        "echo '@' | sudo -S apt update",
        "echo 'bob:@' | chpasswd",
        "net user bob @ /add",
        "smbclient //h/s -U bob%@",
        "lftp -u bob,@ host",
        "zip -P @ a.zip f",
        "args: [--token, @]",
        "[\"mysql\", \"-u\", \"root\", \"-p@\"]",
        "$p = '@' | ConvertTo-SecureString -AsPlainText -Force",
        "sqlplus scott/@@orcl",
        "db.example.com:5432:app:bob:@",
        "пароль: @",
        "密码：@",
        "contraseña = '@'",
        "Driver={PostgreSQL};Server=h;UID=u;PWD={@};",
        "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"data\":{\"user\":\"Ym9i\",\"x\":\"@\"}}",
    ] {
        // The last sign is the secret's place; earlier ones are part of addresses.
        let place = if text.contains("@@") { text.find("@@") } else { text.rfind('@') };
        let mut raw = text.to_owned();
        raw.replace_range(place.unwrap()..=place.unwrap(), SECRET);
        let safe = redact(&raw);
        if safe.contains("Battery") || !safe.contains("[redacted:") {
            missed.push(safe);
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn keys_are_found_near_the_name_of_their_service() {
    let key = "9f86d081884c7d659a2feaa0c55ad015";
    for text in [
        format!("algolia: {key}"),
        format!("| mailgun | {key} |"),
        format!("client = Mixpanel::Client.new(\"{key}\")"),
        format!("# sendgrid credentials\nkey: {key}"),
        format!("https://api.example.com/v1?key={key}&format=json"),
    ] {
        assert!(!redact(&text).contains(key), "{text}");
    }
}

#[test]
fn what_is_no_secret_stays() {
    for text in [
        "$password = $_POST[\"password\"];",
        "PASSWORD=`pass show db`",
        "password: arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf",
        "GOOGLE_APPLICATION_CREDENTIALS=/var/secrets/google/key.json",
        "ssh_key: /home/bob/.ssh/id_ed25519",
        "\"cookie\": \"^0.5.0\",",
        "E0501 1 secret.go:195] Couldn't get secret airflow/x",
        "Unpacking libsecret-1-0:amd64 (0.20.5-1) ...",
        "Done. PASS=409 WARN=0 ERROR=0",
        "INSERT INTO users (name, password) VALUES (?, ?)",
        "HTTPBasicAuth(user, password)",
        "conn = get_secret(\"my-db-2024\")",
        "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
        "password: {{ vault_db_password }}",
        "password=$DB_PASSWORD",
        "net user bob /delete",
        "mysql -u root -p shop",
        "mkdir -p /opt/data",
    ] {
        assert_eq!(redact(text), text);
    }
}

#[test]
fn masks_of_keys_look_alike_only_when_the_keys_are() {
    let block = |body: &str| {
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", body.repeat(8))
    };
    let (one, two) = (block("MIIEpAIB"), block("MIIEowIC"));
    let safe = redact(&format!("{one}{two}{one}"));
    let masks: Vec<&str> = safe.lines().collect();
    assert_eq!(masks.len(), 3, "{safe}");
    assert_eq!(masks[0], masks[2]);
    assert_ne!(masks[0], masks[1]);
}
