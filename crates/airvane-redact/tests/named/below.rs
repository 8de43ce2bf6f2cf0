//! Values in lines below what announces them.

/// The secret stands between `«` and `»`.
pub const TEXTS: &[&str] = &[
    "element = driver.find_element(By.ID, \"pass\")\nelement.clear()\nelement.send_keys(\"«Orchid»\")",
    "org.apache.zookeeper.server.auth.DigestLoginModule required\n  user_super=\"«zookeeper»\"\n  user_admin=\"«admin-secret»\";",
    "CREATE USER bob IDENTIFIED WITH mysql_native_password BY\n'«PassWord.1»';",
    "expect \"Password: \"\nsend \"«orchid»\\r\"",
    "spawn su\nexpect \"*?assword:*\"\nsend -- \"«orchid»\\r\"",
    "AUTH LOGIN\n334 VXNlcm5hbWU6\n«dGVzdA==»\n334 UGFzc3dvcmQ6\n«dGVzdDEy»\n235 ok",
    "\"AUTH LOGIN\",\n\"«YWxpY2U=»\",\n\"«cGFzc3dvcmQx»\",\n\"QUIT\",",
    "chpasswd:\n  list: |\n    root:«orchid»\n    bob:«x1!d»\n  expire: false",
    "DriverManager.getConnection(\"jdbc:postgresql://x:9000/y\",\n    \"bob\", \"«orchid»\")) {",
    "DriverManager.getConnection(\n    \"jdbc:postgresql://x:9000/y\",\n    \"bob\",\n    \"«orchid»\")",
    "credentials:\n  - type: password\n    value: «orchid»\n    temporary: false",
    "match password:\n    case \"«glacier773»\":\n        return True",
    "| Realm | User | Password |\n| - | - | - |\n| a | test1 | «password1» |\n| a | test2 | «secret» |",
    "x INFO sqlalchemy.engine.Engine INSERT INTO users (name, phone, password, made) VALUES (%s, %s, %s, %s)\nx INFO sqlalchemy.engine.Engine ('bob', '1-2', '«fire,truck!4evar»', datetime.datetime(2016, 4, 3))",
    "kubectl get secret x -o jsonpath='{.data.password}' | base64 --decode\n«k7Q2mZx9Lw4TpR1v»",
    ">>> print(conn.get_password())\n«Saffron@826ott»",
    "@pytest.mark.parametrize(\"user,password\", [\n    (\"alice\", \"«Lantern@833fal»\"),\n    (\"bob\", \"«pixel819»\"),\n])",
    "conn_id   conn_type  host      login  password\nvertica_1 vertica    vert-1    etl    «cometfalcon»",
    "Password\n«glacier537»",
    "  <property>\n    <name>hive.server2.keystore.password</name>\n    <!-- keep in sync -->\n    <value>«quartzmaple»</value>",
    "spark.conf.set(\n    \"fs.azure.account.key.x.dfs.core.windows.net\",\n    \"«k9Xw2LpQ7vRt4Zb8k9Xw2LpQ7vRt4Zb8k9Xw2LpQ7vQ=»\",\n)",
    "INSERT INTO connection (conn_id, login, password, port)\nVALUES ('oms', 'oms', '«Copper!894wal»', 3306);",
    "child.expect(\"Password:\")\nchild.sendline(\"«Copper#122pix»\")",
    "+        - name: ADMIN_PASSWORD\n+          value: «Lantern@378pix»",
    "127.0.0.1:6379> CONFIG GET requirepass\n1) \"requirepass\"\n2) \"«quartzmaple»\"",
    "expect: does \"ops@sftp1's password: \" match? yes\nsend: sending \"«tundrapixel»\\n\" to { exp4 }",
    "##[debug]Evaluating: env.NEXUS_PASSWORD\n##[debug]=> '«glacier627»'",
    "S: 334 UGFzc3dvcmQ6\nC: «Kt7G+yfGVP6dS2Z/»",
];

/// None of these holds one.
pub const PLAIN: &[&str] = &[
    "element = driver.find_element(By.ID, \"name\")\nelement.send_keys(\"Orchid\")",
    "expect \"login: \"\nsend \"bob\\r\"",
    "expect \"Password: \"\nsend \"$password\\r\"",
    "AUTH LOGIN\n503 not now, please",
    "chpasswd:\n  expire: false",
    "DriverManager.getConnection(\n    url,\n    user,\n    password)",
    "type: password\nlabel: Orchid",
    ">>> get_password('x')\nTrue",
    "command = 'gcloud auth login'\nelse:\n  target",
    "Krb5LoginModule required\n   principal=\"HTTP/x@EXAMPLE\"",
    "fields = [\n    \"password\",\n    \"tokenUrl\",\n    \"UserPoolClientSecret\",",
    "    \"secretmanager.projects.locations.secrets\",\n    'projects/{projectsId}/secrets/{secretsId}',",
];
