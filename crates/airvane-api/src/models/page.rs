//! One page of a list.

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error};
use serde_json::{Map, Value};

/// The items of one page and how many there are in all.
///
/// Airflow names the array after the resource (`dags`, `dag_runs`, `task_instances`…); a list
/// answer holds exactly one array, so it is found by shape.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// How many there are under the same filter, where Airflow counts them.
    pub total: Option<u64>,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self { items: Vec::new(), total: Some(0) }
    }
}

impl<T> Page<T> {
    /// How many there are in all, or at least.
    pub fn total_or_shown(&self) -> u64 {
        self.total.unwrap_or(self.items.len() as u64)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut object = Map::deserialize(deserializer)?;
        let total = object.get("total_entries").and_then(Value::as_u64);
        let array = object.values_mut().find(|value| value.is_array());
        let items = match array {
            Some(array) => serde_json::from_value(array.take()).map_err(D::Error::custom)?,
            None => return Err(D::Error::custom("a list answer without a list")),
        };
        Ok(Self { items, total })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_found_under_any_name() {
        let page: Page<u8> =
            serde_json::from_str(r#"{"total_entries": 9, "things": [1, 2], "next_cursor": null}"#)
                .unwrap();
        assert_eq!((page.items, page.total), (vec![1, 2], Some(9)));
        assert!(serde_json::from_str::<Page<u8>>(r#"{"detail": "no"}"#).is_err());
    }
}
