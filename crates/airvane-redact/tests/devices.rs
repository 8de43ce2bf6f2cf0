//! Values in the configuration of network devices, and below headings: sections, tables, lists of
//! arguments, what a validator was given.

mod marks;

/// The secret stands between `«` and `»`.
const TEXTS: &[&str] = &[
    // Configuration of network devices.
    "enable password level 7 «ss7word»",
    " neighbor 10.0.0.2 password «ss7word»",
    " neighbor 10.0.0.2 password 7 «0822455D0A16»",
    " ip ftp password «ss7word»",
    " wpa-psk ascii 0 «ss7word»",
    " ip ospf message-digest-key 1 md5 «ss7word»",
    "  key-string «ss7word»",
    " standby 1 authentication md5 key-string «ss7word»",
    "tacacs-server host 10.0.0.1 key «ss7word»",
    " server-private 10.0.0.1 key 7 «ss7word»",
    "snmp-server user bob grp v3 auth sha «ss7word» priv aes 128 «tt8word»",
    "snmp-agent community read cipher «ss7word»",
    "local-user bob password irreversible-cipher «ss7word»",
    "set system login user bob authentication plain-text-password-value «ss7word»",
    "set security ike policy p pre-shared-key ascii-text \"«$9$ss7word»\"",
    "d-i passwd/root-password password «ss7word»",
    "nmcli dev wifi connect home password «ss7word»",
    "radius server R1\n address ipv4 10.0.0.9\n key «ss7word»",
    "config wifi-iface\n\toption ssid 'home'\n\toption key '«ss7word»'",
    // Sections and mappings.
    "[passwords]\nbob = \"«ss7word»\"\neve = \"«tt8word»\"",
    "[admins]\nadmin = «ss7word»",
    "passwords:\n  bob: «ss7word»\n  eve: «tt8word»\nport: 5432a",
    "secrets:\n  db: «ss7word»",
    "\"passwords\": {\n  \"bob\": \"«ss7word»\"\n}",
    "\"tokens\": {\"agent\": \"«0190f4f2-0b6e-7cc1-9d2e-0d5e8f1a2b3c»\"}",
    "output \"db_password\" {\n  value = \"«ss7word»\"\n}",
    "<property name=\"password\">\n  <value>«ss7word»</value>\n</property>",
    "<param-name>db.password</param-name>\n<param-value>«ss7word»</param-value>",
    "password:\n  «ss7word»",
    // Tables.
    "user,password\nbob,«ss7word»\neve,«tt8word»",
    "user;api_key;note\nbob;«aB3dE6gH9jK2mN5p»;x",
    "| user | password |\n|------|----------|\n| bob | «ss7word» |",
    " user | password \n------+----------\n bob  | «ss7word»",
    "+------+----------+\n| user | password |\n+------+----------+\n| bob  | «ss7word»  |",
    "     user   password role\n0  etl_ro   «ss7word9»   ro",
    "NAME    TOKEN       AGE\nbob     «aB3dE6gH9jK2mN5pQ8sT»  3d",
    "ldap.passwd:\n----\n«ss7word»\n",
    "<arg>--password</arg>\n<arg>«ss7word»</arg>",
    "$pwd\n[1] \"«ss7word»\"",
    "api_secret: Some(\n  \"«ss7word»\",\n),",
    // A sentence, a question, and a debugger that points.
    "Please use the following password to proceed:\n\n«c7dc62ee7486f2a556372cf5ebde1427»",
    "> what's the admin password again?\nit's «ss7word»",
    "    open_db(db_password)\n    │       └ '«ss7word»'\n    └ <function>",
    "    connect(cfg.password)\n    │           └ '«ss7word»'",
    // Arguments, one a line.
    "args:\n  - --password\n  - «ss7word»",
    "\"command\": [\n  \"--password\",\n  \"«ss7word»\"\n]",
    // What a validator was given.
    "db_password\n  Input should be shorter [type=too_long, input_value='«ss7word»', input_type=str]",
];

/// None of these holds a secret.
const PLAIN: &[&str] = &[
    "Unpacking libpam-passwd password-tools",
    "user bob changed password yesterday",
    "password cipher required",
    "password hash sha256 is used",
    "radius server R1\n address ipv4 10.0.0.9\n timeout 5",
    "config wifi-iface\n\toption ssid 'home7net'",
    "secrets:\n  db:\n    file: ./db7.txt",
    "secrets:\n  provider: vault2",
    "passwords:\n  min_length: 8",
    "[secrets]\nbackend = vault2",
    "user,password\nsee the manual",
    "login, password\nfoo, bar2",
    "extracts username,password.\n\n:rtype: (str,str)",
    "if user.password:\n    mask_secret(user.password)",
    "one_pass_short    ... bench:   40 ns/iter",
    "password\nis required",
    "the tests to pass are the following:\n  test_login_7",
    "Could not find the password in these files:\n/etc/app7.ini",
    "    open_db(db_password)\n    return x7",
    "args:\n  - --password-file\n  - /run/x7",
    "<property name=\"password\">\n  <value>${DB_PASSWORD}</value>",
    "output \"db_host\" {\n  value = \"db7.example.com\"\n}",
    "\"tokens\": {\"input\": 512, \"output\": 12}",
];

#[test]
fn the_value_goes_whole() {
    marks::go_whole(TEXTS);
}

#[test]
fn what_is_no_secret_stays() {
    marks::stay(PLAIN);
}
