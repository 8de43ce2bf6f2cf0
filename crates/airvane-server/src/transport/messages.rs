//! One line of input as a message of the protocol, or the answer to what is none.
//!
//! A client that sends garbage still gets an answer (`-32700`, `-32600`), with the request's id
//! where one can be read. Answers to notifications are never sent, and a batch, which the
//! protocol dropped, is refused as a whole.

use rmcp::model::{ClientJsonRpcMessage, ErrorCode, ErrorData};
use serde_json::{Value, json};

/// Longest message in bytes, as over HTTP.
pub(super) const LONGEST: usize = 4 * 1024 * 1024;

/// What a line is.
#[derive(Debug)]
pub(super) enum Line {
    /// A message.
    Message(Box<ClientJsonRpcMessage>),
    /// Nothing to answer: empty, or a notification that nobody knows.
    Nothing,
    /// No message; this is the answer.
    Refused(Value),
}

/// Reads a line.
pub(super) fn read(line: &[u8]) -> Line {
    let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line).trim_ascii();
    if line.is_empty() {
        return Line::Nothing;
    }
    let Ok(value) = serde_json::from_slice::<Value>(line) else {
        return refusal(&Value::Null, ErrorCode::PARSE_ERROR, "this is not JSON");
    };
    let Value::Object(object) = &value else {
        let words = if value.is_array() {
            "batches are not part of the protocol; send one message a line"
        } else {
            "a message is a JSON object"
        };
        return refusal(&Value::Null, ErrorCode::INVALID_REQUEST, words);
    };
    let id = object.get("id").cloned();
    let method = object.get("method").map(Value::is_string);
    match (serde_json::from_value(value), id, method) {
        (Ok(message), ..) => Line::Message(Box::new(message)),
        (Err(_), None, Some(true)) => Line::Nothing,
        (Err(_), id, _) => {
            let id = id.filter(|id| id.is_string() || id.is_i64() || id.is_u64());
            let words = "not a JSON-RPC 2.0 message of the Model Context Protocol";
            refusal(&id.unwrap_or_default(), ErrorCode::INVALID_REQUEST, words)
        }
    }
}

/// The answer to a line that was longer than [`LONGEST`].
pub(super) fn too_long() -> Value {
    let words = format!("a message may have {LONGEST} bytes at most");
    error(&Value::Null, ErrorCode::INVALID_REQUEST, &words)
}

fn refusal(id: &Value, code: ErrorCode, words: &str) -> Line {
    Line::Refused(error(id, code, words))
}

fn error(id: &Value, code: ErrorCode, words: &str) -> Value {
    let error = ErrorData::new(code, words.to_owned(), None);
    json!({ "jsonrpc": "2.0", "id": id, "error": error })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(line: &str) -> (i64, Value) {
        match read(line.as_bytes()) {
            Line::Refused(answer) => {
                (answer["error"]["code"].as_i64().unwrap(), answer["id"].clone())
            }
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn garbage_is_answered_with_the_id_where_there_is_one() {
        assert_eq!(refused("hello"), (-32700, Value::Null));
        assert_eq!(refused("{\"jsonrpc\":"), (-32700, Value::Null));
        assert_eq!(refused(&"[".repeat(100_000)), (-32700, Value::Null));
        assert_eq!(refused("[]"), (-32600, Value::Null));
        assert_eq!(refused("3"), (-32600, Value::Null));
        assert_eq!(refused("{}"), (-32600, Value::Null));
        assert_eq!(refused("{\"id\": 7}"), (-32600, json!(7)));
        assert_eq!(
            refused("{\"jsonrpc\":\"1.0\",\"id\":\"a\",\"method\":\"ping\"}"),
            (-32600, json!("a"))
        );
        assert_eq!(
            refused("{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}"),
            (-32600, Value::Null)
        );
    }

    #[test]
    fn messages_are_read_and_silence_is_kept() {
        let ping = "\u{feff} {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\r";
        assert!(matches!(read(ping.as_bytes()), Line::Message(_)));
        assert!(matches!(read(b"\r"), Line::Nothing));
        assert!(matches!(read(b"{\"jsonrpc\":\"1.0\",\"method\":\"x\"}"), Line::Nothing));
    }
}
