//! The list as JSON, for people and tools.
//!
//! JSON is turned into the CBOR of the same meaning and back; what is accepted is therefore decided
//! in one place. The offset in a [`Refusal`](../struct.Refusal.html) counts bytes of that CBOR.
#![forbid(unsafe_code)]

// Here too, as the tests compile this file on its own.
extern crate alloc;

use alloc::vec::Vec;
use core::convert::Infallible;
use minicbor::data::Type;
use minicbor::decode::Decoder;
use minicbor::encode::{Encoder, Write};
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// The CBOR of a JSON text. Keys given twice stay twice, so that the list can refuse them.
///
/// # Errors
///
/// Only for what is not JSON; whether it is a list is for [`Acl::load`](crate::Acl::load) and
/// [`Acl::post`](crate::Acl::post) to say.
pub fn to_cbor(json: &str) -> Result<Vec<u8>, serde_json::Error> {
    let mut out = Encoder::new(Bytes(Vec::new()));
    let mut parser = serde_json::Deserializer::from_str(json);
    Transcode(&mut out).deserialize(&mut parser)?;
    parser.end()?;
    Ok(out.into_writer().0)
}

/// The JSON of what [`Acl::encode`](crate::Acl::encode) wrote; `None` for any other CBOR.
pub fn from_cbor(cbor: &[u8]) -> Option<Value> {
    let mut decoder = Decoder::new(cbor);
    let value = value(&mut decoder, DEPTH)?;
    (decoder.position() == cbor.len()).then_some(value)
}

/// How deep the encoder nests: root, list, ACE, resources, resource, text.
const DEPTH: u8 = 6;

fn value(decoder: &mut Decoder<'_>, depth: u8) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    match decoder.datatype().ok()? {
        Type::Map => {
            let mut map = Map::new();
            for _ in 0..decoder.map().ok()?? {
                let key = decoder.str().ok()?;
                map.insert(key.into(), value(decoder, depth)?);
            }
            Some(Value::Object(map))
        }
        Type::Array => (0..decoder.array().ok()??)
            .map(|_| value(decoder, depth))
            .collect(),
        Type::String => decoder.str().ok().map(Value::from),
        _ => decoder.u32().ok().map(Value::from),
    }
}

struct Bytes(Vec<u8>);

impl Write for Bytes {
    type Error = Infallible;

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}

struct Transcode<'a>(&'a mut Encoder<Bytes>);

type Written<E> = Result<(), E>;

impl Transcode<'_> {
    fn write<E: Error>(
        self,
        write: impl FnOnce(
            &mut Encoder<Bytes>,
        ) -> Result<&mut Encoder<Bytes>, minicbor::encode::Error<Infallible>>,
    ) -> Written<E> {
        write(self.0).map(|_| ()).map_err(E::custom)
    }
}

impl<'de> DeserializeSeed<'de> for Transcode<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Written<D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Transcode<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Written<E> {
        self.write(Encoder::null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Written<E> {
        self.write(|out| out.bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Written<E> {
        self.write(|out| out.u64(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Written<E> {
        self.write(|out| out.i64(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Written<E> {
        self.write(|out| out.f64(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Written<E> {
        self.write(|out| out.str(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Written<A::Error> {
        self.0.begin_array().map_err(A::Error::custom)?;
        while items.next_element_seed(Transcode(self.0))?.is_some() {}
        self.write(Encoder::end)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Written<A::Error> {
        self.0.begin_map().map_err(A::Error::custom)?;
        while entries.next_key_seed(Transcode(self.0))?.is_some() {
            entries.next_value_seed(Transcode(self.0))?;
        }
        self.write(Encoder::end)
    }
}
