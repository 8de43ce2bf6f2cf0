//! Tells the user's own code from Python's, Airflow's and libraries', by path.

/// Parts of a path that only installed code has.
const LIBRARY: &[&str] = &[
    "/site-packages/",
    "/dist-packages/",
    "/lib/python",
    "/lib64/python",
    // Airflow from its source tree.
    "/airflow-core/src/airflow/",
    "/task-sdk/src/airflow/",
    "\\site-packages\\",
    "\\Lib\\",
];

/// Packages of a Java stack trace that are the platform's.
const JAVA_LIBRARY: &[&str] = &[
    "java.",
    "javax.",
    "jdk.",
    "sun.",
    "com.sun.",
    "scala.",
    "org.apache.",
    "py4j.",
    "akka.",
    "io.netty.",
    "org.eclipse.jetty.",
    "com.google.common.",
    "org.springframework.",
];

/// Whether a Python frame's file is the user's. Files without a path (`<frozen …>`, `<template>`,
/// `<unknown>`) are not: nobody can open them.
pub(crate) fn is_user(file: &str) -> bool {
    !file.is_empty() && !file.starts_with('<') && !LIBRARY.iter().any(|part| file.contains(part))
}

/// Whether a Java frame (`com.acme.Orders.load`) is the user's.
pub(crate) fn is_user_java(method: &str) -> bool {
    let method = method.rsplit('/').next().unwrap_or(method);
    !JAVA_LIBRARY.iter().any(|package| method.starts_with(package))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_path() {
        assert!(is_user("/opt/airflow/dags/etl/load.py"));
        assert!(is_user("/home/ana/lib/etl.py"));
        assert!(!is_user("/usr/local/lib/python3.12/site-packages/airflow/models/dag.py"));
        assert!(!is_user("/usr/lib/python3.11/json/decoder.py"));
        assert!(!is_user("<frozen importlib._bootstrap>"));
        assert!(!is_user("<unknown>"));
        assert!(is_user_java("com.acme.jobs.Orders.load"));
        assert!(!is_user_java("org.apache.spark.rdd.RDD.iterator"));
        assert!(!is_user_java("java.base/java.lang.Thread.run"));
    }
}
