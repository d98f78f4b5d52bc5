use super::*;
use proptest::prelude::*;

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        (0..=MOST).prop_map(Value::Number),
        any::<String>().prop_map(Value::Text),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
            prop::collection::btree_map("[a-z_A-Z]{0,6}", inner, 0..6).prop_map(Value::Object),
        ]
    })
}

proptest! {
    #[test]
    fn a_value_has_one_form(value in value()) {
        let bytes = value.to_bytes();
        prop_assert_eq!(parse(&bytes).unwrap(), value);
    }

    #[test]
    fn what_is_read_is_written_alike(value in value(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = value.to_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(other) = parse(&bytes) {
            prop_assert_eq!(other.to_bytes(), bytes);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(value) = parse(&bytes) {
            prop_assert_eq!(value.to_bytes(), bytes);
        }
    }
}

#[test]
fn other_forms_of_the_same_are_refused() {
    for text in [
        "",
        " 1",
        "1 ",
        "01",
        "-1",
        "1.0",
        "1e3",
        "9007199254740992",
        "99999999999999999999999",
        "null",
        "[1, 2]",
        "[1,]",
        "{\"b\":1,\"a\":2}",
        "{\"a\":1,\"a\":2}",
        "{\"a\" :1}",
        "{\"é\":1}",
        "\"\\u0041\"",
        "\"\\u000a\"",
        "\"\\u001F\"",
        "\"\\/\"",
        "\"\n\"",
        "\"open",
        "{",
        "[",
        "{\"a\"",
    ] {
        assert!(parse(text.as_bytes()).is_err(), "{text}");
    }
    assert!(parse(b"\xff").is_err());
    let deep = [vec![b'['; 100], vec![b']'; 100]].concat();
    assert!(parse(&deep).unwrap_err().what.contains("deep"));
    assert_eq!(parse(b"\"\\u001f\\n\\\\\"").unwrap(), Value::text("\u{1f}\n\\"));
    assert_eq!(parse(b"9007199254740991").unwrap(), Value::Number(MOST));
}

#[test]
fn fields_that_nobody_asked_for_are_an_error_that_names_them() {
    let value = parse(br#"{"a":1,"b":{"c":"x"},"d":["y"]}"#).unwrap();
    let mut fields = Fields::of(value, "order").unwrap();
    assert_eq!(fields.number("a"), Ok(1));
    let mut inner = fields.fields("b").unwrap();
    assert_eq!(inner.number("c").unwrap_err().to_string(), "order.b.c: a whole number is needed");
    assert_eq!(inner.hash("z").unwrap_err().to_string(), "order.b.z: is missing");
    assert_eq!(fields.end().unwrap_err().to_string(), "order.d: is not known");
    assert!(Fields::of(Value::Number(1), "x").is_err());
}
