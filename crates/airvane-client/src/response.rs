//! What came back: status, headers, and a body that is read in pieces or up to a limit.

use std::fmt;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use futures::stream::BoxStream;
use http::{HeaderMap, StatusCode};

use crate::context::Bounds;
use crate::turns::{HUGE, SMALL, Turn};
use crate::{Context, TransportError, Waiting};

/// An answer. Any status is one; only what never became a whole answer is an error.
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    body: Body,
}

enum Body {
    Whole(Bytes),
    Stream(Stream),
    Failed(TransportError),
}

struct Stream {
    pieces: BoxStream<'static, Result<Bytes, TransportError>>,
    bounds: Bounds,
    idle: Duration,
}

impl Stream {
    async fn next(&mut self) -> Result<Option<Bytes>, TransportError> {
        loop {
            let piece = self.bounds.wait(Waiting::Body, self.idle, self.pieces.next()).await?;
            match piece.transpose()? {
                Some(piece) if piece.is_empty() => {}
                piece => return Ok(piece),
            }
        }
    }
}

impl Response {
    /// An answer whose body is there already.
    pub fn whole(status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        Self { status, headers, body: Body::Whole(body) }
    }

    /// An answer whose body is still on its way: reading it obeys the context's deadline and
    /// cancellation, and waits at most `idle` for each piece.
    pub fn streaming(
        status: StatusCode,
        headers: HeaderMap,
        pieces: BoxStream<'static, Result<Bytes, TransportError>>,
        context: &Context,
        idle: Duration,
    ) -> Self {
        let body = Body::Stream(Stream { pieces, bounds: context.bounds(), idle });
        Self { status, headers, body }
    }

    /// The next piece of the body, decompressed and never empty; `None` at its end. After an error
    /// every further call gives the same error, so that a cut body is never taken for a whole one.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        let next = match &mut self.body {
            Body::Whole(bytes) if bytes.is_empty() => return Ok(None),
            Body::Whole(bytes) => return Ok(Some(std::mem::take(bytes))),
            Body::Failed(error) => return Err(error.clone()),
            Body::Stream(stream) => stream.next().await,
        };
        match &next {
            Ok(Some(_)) => {}
            Ok(None) => self.body = Body::Whole(Bytes::new()),
            Err(error) => self.body = Body::Failed(error.clone()),
        }
        next
    }

    /// The whole body, if it is at most `limit` bytes after decompression. No more than that is
    /// ever held.
    pub async fn bytes(mut self, limit: usize) -> Result<Bytes, TransportError> {
        self.check_announced(limit)?;
        let mut body = BytesMut::new();
        self.read_beyond(usize::MAX, limit, &mut body).await?;
        Ok(body.freeze())
    }

    /// The whole body as [`Response::bytes`] gives it; a large one is read only in its turn, which
    /// the caller holds for as long as it needs the body in memory.
    pub(crate) async fn bytes_in_turn(
        mut self,
        limit: usize,
    ) -> Result<(Bytes, Option<Turn>), TransportError> {
        self.check_announced(limit)?;
        let mut body = BytesMut::new();
        if self.read_beyond(SMALL, limit, &mut body).await? {
            return Ok((body.freeze(), None));
        }
        let mut turn = Turn::of_large(self.bounds()).await?;
        if !self.read_beyond(HUGE, limit, &mut body).await? {
            turn.of_huge(self.bounds()).await?;
            self.read_beyond(usize::MAX, limit, &mut body).await?;
        }
        Ok((body.freeze(), Some(turn)))
    }

    fn bounds(&self) -> Option<&Bounds> {
        if let Body::Stream(stream) = &self.body { Some(&stream.bounds) } else { None }
    }

    /// Reads until more than `enough` bytes are there, or to the end, and says whether it was the
    /// end. More than `limit` is an error.
    async fn read_beyond(
        &mut self,
        enough: usize,
        limit: usize,
        body: &mut BytesMut,
    ) -> Result<bool, TransportError> {
        while body.len() <= enough {
            let Some(piece) = self.chunk().await? else { return Ok(true) };
            if piece.len() > limit.saturating_sub(body.len()) {
                return Err(TransportError::BodyTooLarge { limit });
            }
            body.extend_from_slice(&piece);
        }
        Ok(false)
    }

    fn check_announced(&self, limit: usize) -> Result<(), TransportError> {
        match self.announced_length() {
            Some(length) if length > limit as u64 => Err(TransportError::BodyTooLarge { limit }),
            _ => Ok(()),
        }
    }

    /// The same answer with its body in memory, or with none if it is larger than `limit`.
    pub(crate) async fn hold(self, limit: usize) -> Result<Self, TransportError> {
        let (status, headers) = (self.status, self.headers.clone());
        let body = match self.bytes(limit).await {
            Err(TransportError::BodyTooLarge { .. }) => Bytes::new(),
            body => body?,
        };
        Ok(Self::whole(status, headers, body))
    }

    /// What is left of a body that is in memory.
    pub(crate) fn held(&self) -> &[u8] {
        if let Body::Whole(bytes) = &self.body { bytes } else { &[] }
    }

    /// `Content-Length`, which is absent when the body is compressed.
    fn announced_length(&self) -> Option<u64> {
        self.headers.get(http::header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
    }
}

impl fmt::Debug for Response {
    /// Headers may carry cookies and bodies anything: only the status shows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Response({})", self.status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Caller;

    fn streaming(pieces: Vec<Result<Bytes, TransportError>>) -> Response {
        let context = Context::within(Caller::Configured, Duration::from_secs(5));
        let pieces = futures::stream::iter(pieces).boxed();
        let idle = Duration::from_secs(1);
        Response::streaming(StatusCode::OK, HeaderMap::new(), pieces, &context, idle)
    }

    #[tokio::test]
    async fn a_limit_counts_all_pieces() {
        let pieces = || vec![Ok(Bytes::from("abc")), Ok(Bytes::new()), Ok(Bytes::from("de"))];
        assert_eq!(streaming(pieces()).bytes(5).await.unwrap(), "abcde");
        let error = streaming(pieces()).bytes(4).await.unwrap_err();
        assert_eq!(error, TransportError::BodyTooLarge { limit: 4 });
    }

    #[tokio::test]
    async fn an_error_stays() {
        let mut response = streaming(vec![Ok(Bytes::from("abc")), Err(TransportError::Cut)]);
        assert_eq!(response.chunk().await.unwrap().unwrap(), "abc");
        assert_eq!(response.chunk().await.unwrap_err(), TransportError::Cut);
        assert_eq!(response.chunk().await.unwrap_err(), TransportError::Cut);
    }
}
