//! The normal form of values: integers as text, floats that JSON would write as integers as text.

use milvus::v2::prelude::Ids;
use serde_json::{json, Map, Value};

/// Arguments of an operation.
pub struct Args(pub Value);

impl Args {
    pub fn has(&self, name: &str) -> bool {
        !self.0[name].is_null()
    }

    pub fn text(&self, name: &str) -> String {
        self.0[name].as_str().unwrap_or_default().to_owned()
    }

    pub fn yes(&self, name: &str) -> bool {
        self.0[name].as_bool().unwrap_or_default()
    }

    pub fn number(&self, name: &str) -> i64 {
        plain(&self.0[name]).as_i64().expect("an integer")
    }

    pub fn list(&self, name: &str) -> Vec<Value> {
        self.0[name].as_array().map(|list| list.iter().map(plain).collect()).unwrap_or_default()
    }

    pub fn texts(&self, name: &str) -> Vec<String> {
        self.list(name).iter().map(|each| each.as_str().expect("a text").to_owned()).collect()
    }

    pub fn ids(&self) -> Ids {
        let list = self.list("ids");
        match list.first() {
            Some(Value::String(_)) => Ids::VarChar(self.texts("ids")),
            _ => Ids::Int64(list.iter().map(|each| each.as_i64().expect("an integer")).collect()),
        }
    }

    pub fn vectors(&self) -> Vec<Vec<f32>> {
        let list = self.list("vectors");
        let row = |each: &Value| each.as_array().expect("a vector").iter().map(|part| part.as_f64().expect("a number") as f32).collect();
        list.iter().map(row).collect()
    }
}

/// Read a value of the normal form.
fn plain(value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().map(plain).collect(),
        Value::Object(form) if form.len() == 1 && form.contains_key("int") => {
            json!(form["int"].as_str().expect("digits").parse::<i64>().expect("an integer of 64 bits"))
        }
        Value::Object(form) => form.iter().map(|(name, each)| (name.clone(), plain(each))).collect::<Map<_, _>>().into(),
        _ => value.clone(),
    }
}

/// Write a value in the normal form.
pub fn wire(value: &Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => json!({"float": number.to_string()}),
        Value::Number(number) => json!({"int": number.to_string()}),
        Value::Array(list) => list.iter().map(wire).collect(),
        Value::Object(row) => row.iter().map(|(name, each)| (name.clone(), wire(each))).collect::<Map<_, _>>().into(),
        _ => value.clone(),
    }
}

/// Write keys, which the SDK has in one of two lists.
pub fn keys(found: &Ids) -> Value {
    match found {
        Ids::Int64(list) => wire(&json!(list)),
        Ids::VarChar(list) => json!(list),
        other => panic!("keys of a kind that nobody asked for: {other:?}"),
    }
}
