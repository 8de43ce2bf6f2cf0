//! Keys for machines: vaults, clusters, encryption, licences. See the module above for what a row means.
//!
//! The lengths are ranges around what the provider's page shows; they were not checked against a
//! second source.

use super::{
    Alphabet::{Alnum, Base64, Dotted, Hex, Slug, Upper, Wide, Word},
    Token, token,
};

#[rustfmt::skip] // one row a line
pub(super) const TOKENS: &[Token] = &[
    token("vault-token",              "hvs.",                     Dotted, (24, 300),   "developer.hashicorp.com/vault/docs/concepts/tokens"),
    token("vault-token",              "b.AAAAAQ",            Slug,   (60, 600),   "developer.hashicorp.com/vault/docs/concepts/tokens"),
    token("vault-token",              "hvb.",                     Dotted, (60, 600),   "developer.hashicorp.com/vault/docs/concepts/tokens"),
    token("vault-token",              "hvr.",                     Dotted, (24, 600),   "developer.hashicorp.com/vault/docs/concepts/tokens"),
    token("hcp-token",                "hcp.",                     Dotted, (24, 600),   "developer.hashicorp.com/hcp/docs/hcp/iam/service-principal"),
    token("onepassword-token",        "ops_eyJ",                  Base64, (200, 2048), "developer.1password.com/docs/service-accounts"),
    token("onepassword-key",          "A3-",                      Slug,   (30, 40),    "1passwordstatic.com/files/security/1password-white-paper.pdf"),
    token("age-key",                  "AGE-SECRET-KEY-1",         Upper,  (58, 58),    "age-encryption.org/v1"),
    token("age-key",                  "AGE-PLUGIN-",              Slug,   (30, 200),   "age-encryption.org/v1"),
    token("openshift-token",          "sha256~",                  Slug,   (40, 50),    "docs.redhat.com/en/documentation/openshift_container_platform"),
    token("k3s-token",                "K10",                      Wide,   (60, 140),   "docs.k3s.io/cli/token"),
    token("tailscale-key",            "tskey-",                   Slug,   (24, 120),   "tailscale.com/kb/1085/auth-keys"),
    token("authress-key",             "authress_",                Dotted, (60, 200),   "authress.io/knowledge-base/docs/authorization/service-clients"),
    token("authress-key",             "sc_",                      Dotted, (80, 200),   "authress.io/knowledge-base/docs/authorization/service-clients"),
    token("authress-key",             "ext_",                     Dotted, (80, 200),   "authress.io/knowledge-base/docs/authorization/service-clients"),
    token("workos-key",               "sk_live_",                 Wide,   (40, 120),   "workos.com/docs/reference/api-keys"),
    token("clerk-key",                "sk_test_",                 Wide,   (20, 250),   "clerk.com/docs/guides/how-clerk-works/overview"),
    token("stytch-secret",            "secret-live-",             Slug,   (36, 60),    "stytch.com/docs/workspace-management"),
    token("stytch-secret",            "secret-test-",             Slug,   (36, 60),    "stytch.com/docs/workspace-management"),
    token("cfx-key",                  "cfxk_",                    Word,   (24, 40),    "docs.fivem.net/docs/server-manual/setting-up-a-server-vanilla"),
    token("defined-networking-token", "dnkey-",                   Slug,   (50, 80),    "docs.defined.net/guides/rotating-api-tokens"),
    token("launchdarkly-key",         "sdk-",                     Slug,   (36, 36),    "launchdarkly.com/docs/home/account/environment/keys"),
    token("launchdarkly-key",         "api-",                     Slug,   (36, 36),    "launchdarkly.com/docs/home/account/api"),
    token("launchdarkly-key",         "mob-",                     Slug,   (36, 36),    "launchdarkly.com/docs/home/account/environment/keys"),
    token("launchdarkly-key",         "rel-",                     Slug,   (36, 36),    "launchdarkly.com/docs/home/relay-proxy"),
    token("devcycle-key",             "dvc_server_",              Word,   (30, 60),    "docs.devcycle.com/platform/account-management/keys"),
    token("devcycle-key",             "dvc_mobile_",              Word,   (30, 60),    "docs.devcycle.com/platform/account-management/keys"),
    token("devcycle-key",             "dvc_client_",              Word,   (30, 60),    "docs.devcycle.com/platform/account-management/keys"),
    token("configcat-key",            "configcat-sdk-",           Base64, (46, 80),    "configcat.com/docs/sdk-reference/overview"),
    token("growthbook-key",           "secret_admin_",            Slug,   (20, 60),    "docs.growthbook.io/api"),
    token("growthbook-key",           "secret_user_",             Slug,   (20, 60),    "docs.growthbook.io/api"),
    token("settlemint-token",         "sm_aat_",                  Alnum,  (16, 16),    "console.settlemint.com/documentation"),
    token("settlemint-token",         "sm_pat_",                  Alnum,  (16, 16),    "console.settlemint.com/documentation"),
    token("settlemint-token",         "sm_sat_",                  Alnum,  (16, 16),    "console.settlemint.com/documentation"),
    token("temporal-key",             "tmprl_",                   Dotted, (40, 600),   "docs.temporal.io/cloud/api-keys"),
    token("inngest-key",              "signkey-prod-",            Hex,    (32, 64),    "inngest.com/docs/platform/signing-keys"),
    token("inngest-key",              "signkey-test-",            Hex,    (32, 64),    "inngest.com/docs/platform/signing-keys"),
    token("trigger-key",              "tr_prod_",                 Alnum,  (20, 40),    "trigger.dev/docs/apikeys"),
    token("trigger-key",              "tr_dev_",                  Alnum,  (20, 40),    "trigger.dev/docs/apikeys"),
    token("workato-token",            "wrka",                     Dotted, (40, 1024),  "docs.workato.com/workato-api.html"),
    token("samsara-token",            "samsara_api_",             Alnum,  (28, 40),    "developers.samsara.com/docs/authentication"),
    token("adafruit-key",             "aio_",                     Alnum,  (28, 28),    "io.adafruit.com/api/docs"),
    token("wakatime-key",             "waka_",                    Slug,   (36, 36),    "wakatime.com/developers"),
    token("wakatime-token",           "waka_tok_",                Word,   (40, 90),    "wakatime.com/developers"),
    token("lichess-token",            "lip_",                     Alnum,  (16, 40),    "lichess.org/api"),
    token("lichess-token",            "lio_",                     Alnum,  (32, 40),    "lichess.org/api"),
    token("fullstory-key",            "na1.",                     Base64, (40, 120),   "developer.fullstory.com/server/authentication"),
    token("roblox-cookie",            "_|WARNING:-DO-NOT-SHARE-", Wide,   (80, 1500),  "create.roblox.com/docs/cloud/auth"),
    // Checked: the first two in github.com/ory/hydra/issues/2845, the next two in repositories that
    // use the service, Kong's in its documentation.
    token("ory-token",               "ory_at_",         Slug,   (40, 120),   "github.com/ory/hydra/issues/2845"),
    token("ory-token",               "ory_rt_",         Slug,   (40, 120),   "github.com/ory/hydra/issues/2845"),
    token("ory-token",               "ory_pat_",        Slug,   (32, 120),   "ory.sh/docs/concepts/personal-access-token"),
    token("ory-token",               "ory_st_",         Slug,   (32, 120),   "ory.sh/docs/concepts/personal-access-token"),
    token("kong-token",              "kpat_",           Alnum,  (40, 60),    "developer.konghq.com/konnect-api"),
];
