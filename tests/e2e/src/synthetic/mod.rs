//! An Airflow of the size that people run, without one: 5,000 DAGs, 300,000 runs, runs of 10,000
//! mapped task instances.
//!
//! It speaks the real API: each answer is one that a real Airflow gave (in
//! `incidents/cassettes`), with other ids, states and times in it. What there is follows from its
//! number alone ([`world`]), so nothing is held in memory, and what is right can be computed by a
//! test. The test `synthetic` holds its shapes against a running Airflow.

mod answers;
mod query;
mod templates;
pub mod world;

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use axum::body::Body;
use axum::http::{Request, Response, Uri};

use crate::rest::Major;
use answers::{Answers, Reply};
use world::World;

/// A listening fake. It ends with the process.
pub struct Synthetic {
    /// Its address.
    pub url: String,
    /// What there is.
    pub world: World,
    asked: Arc<Asked>,
}

#[derive(Default)]
struct Asked {
    targets: Mutex<Vec<String>>,
}

impl Synthetic {
    /// Begins to listen.
    pub fn start(major: Major) -> Result<Self> {
        let world = World::now();
        let answers = Arc::new(Answers::new(major, world)?);
        let asked = Arc::new(Asked::default());
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}", listener.local_addr()?);
        let counter = Arc::clone(&asked);
        let app = axum::Router::new().fallback(move |request: Request<Body>| {
            let (answers, asked) = (Arc::clone(&answers), Arc::clone(&counter));
            async move { answer(&answers, &asked, request.uri()) }
        });
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        std::thread::spawn(move || {
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                axum::serve(listener, app).await
            })
        });
        Ok(Self { url, world, asked })
    }

    /// The requests since this was called the last time.
    pub fn take_asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.targets.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn answer(answers: &Answers, asked: &Asked, uri: &Uri) -> Response<Body> {
    asked.targets.lock().unwrap_or_else(PoisonError::into_inner).push(uri.to_string());
    let Reply { status, content_type, body } = answers.to(uri);
    let response = Response::builder().status(status).header("Content-Type", content_type);
    response.body(Body::from(body)).unwrap_or_default()
}
