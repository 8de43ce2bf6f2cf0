//! Shared parts of the end-to-end tests.

pub mod counted;
pub mod env;
pub mod happen;
pub mod incident;
pub mod judge;
pub mod load;
pub mod long_log;
pub mod mcp;
pub mod plant;
pub mod planting;
pub mod posted;
pub mod proxied;
pub mod recording;
pub mod rest;
pub mod served;
pub mod synthetic;
pub mod verdict;

/// One test for each major, so that both run side by side and a failure names its Airflow:
/// `NAME::on_airflow_2` and `NAME::on_airflow_3` call the function `NAME(&TestEnv, &Airflow)`.
#[macro_export]
macro_rules! on_both_majors {
    ($name:ident) => {
        mod $name {
            use $crate::env::TestEnv;

            #[test]
            fn on_airflow_2() {
                let env = TestEnv::load();
                super::$name(&env, &env.airflow2);
            }

            #[test]
            fn on_airflow_3() {
                let env = TestEnv::load();
                super::$name(&env, &env.airflow3);
            }
        }
    };
}
