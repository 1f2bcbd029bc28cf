//! A fuzzer's bytes as a value of any type that serde can read. The bytes choose variants, lengths and numbers, so that
//! nearly all of them make a value, and a small change of them makes a small change of it.

use arbitrary::Unstructured;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};

/// Most elements of a list.
const LONGEST_LIST: usize = 12;
/// Deepest nesting of values whose type does not say how deep they are, which is JSON.
const DEEPEST: usize = 8;

/// Reads a value from bytes.
pub struct Shape<'a> {
    bytes: Unstructured<'a>,
    words: &'static [&'static str],
    depth: usize,
}

/// The value of `bytes`. Most texts in it are some of `words`, put together.
pub fn shaped<T: DeserializeOwned>(bytes: &[u8], words: &'static [&'static str]) -> Option<T> {
    T::deserialize(&mut Shape::new(bytes, words)).ok()
}

/// Why there is no value: the bytes are not to blame, the type has something that they cannot make.
type Error = de::value::Error;

impl<'a> Shape<'a> {
    /// Values of `bytes`, one after the other.
    pub fn new(bytes: &'a [u8], words: &'static [&'static str]) -> Self {
        Self {
            bytes: Unstructured::new(bytes),
            words,
            depth: 0,
        }
    }

    /// The next value.
    pub fn value<T: DeserializeOwned>(&mut self) -> Option<T> {
        T::deserialize(self).ok()
    }

    /// A number of `0..=last`; 0 when there are no more bytes.
    pub fn up_to(&mut self, last: usize) -> usize {
        self.bytes.int_in_range(0..=last).unwrap_or_default()
    }

    fn number<T: Default + for<'b> arbitrary::Arbitrary<'b>>(&mut self) -> T {
        self.bytes.arbitrary().unwrap_or_default()
    }

    fn text(&mut self) -> String {
        match self.up_to(7) {
            0 => self.number(),
            1 => {
                let times = self.up_to(400);
                self.word().repeat(times)
            }
            2 | 3 => {
                let count = self.up_to(6);
                (0..count).map(|_| self.word()).collect()
            }
            _ => self.word().to_owned(),
        }
    }

    fn word(&mut self) -> &'static str {
        let index = self.up_to(self.words.len().saturating_sub(1));
        self.words.get(index).copied().unwrap_or_default()
    }

    fn length(&mut self) -> usize {
        if self.bytes.is_empty() {
            0
        } else {
            self.up_to(LONGEST_LIST)
        }
    }
}

/// Reads numbers as they come.
macro_rules! numbers {
    ($($method:ident $visit:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.$visit(self.number())
        }
    )*};
}

impl<'de> de::Deserializer<'de> for &mut Shape<'_> {
    type Error = Error;

    numbers! {
        deserialize_bool visit_bool
        deserialize_i8 visit_i8
        deserialize_i16 visit_i16
        deserialize_i32 visit_i32
        deserialize_i64 visit_i64
        deserialize_u8 visit_u8
        deserialize_u16 visit_u16
        deserialize_u32 visit_u32
        deserialize_u64 visit_u64
        deserialize_f32 visit_f32
        deserialize_f64 visit_f64
        deserialize_char visit_char
    }

    /// JSON.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.depth >= DEEPEST {
            return visitor.visit_unit();
        }
        match self.up_to(11) {
            0 => visitor.visit_unit(),
            1 => visitor.visit_bool(self.number()),
            2 => visitor.visit_i64(self.number()),
            3 => visitor.visit_u64(self.number()),
            4 => visitor.visit_f64(self.number()),
            5 | 6 => self.deserialize_seq(visitor),
            7 | 8 => self.deserialize_map(visitor),
            _ => self.deserialize_string(visitor),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_string(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_string(self.text())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.number() {
            visitor.visit_some(self)
        } else {
            visitor.visit_none()
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let left = self.length();
        visitor.visit_seq(Elements { shape: self, left })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(Elements {
            shape: self,
            left: len,
        })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let left = self.length();
        visitor.visit_map(Elements { shape: self, left })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_tuple(fields.len(), visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let variant = self.up_to(variants.len().saturating_sub(1));
        visitor.visit_enum(Variant {
            shape: self,
            variant,
        })
    }

    serde::forward_to_deserialize_any! { bytes byte_buf identifier ignored_any i128 u128 }
}

/// The elements of a list or a map.
struct Elements<'s, 'a> {
    shape: &'s mut Shape<'a>,
    left: usize,
}

impl Elements<'_, '_> {
    fn next<'de, S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        self.shape.depth += 1;
        let value = seed.deserialize(&mut *self.shape);
        self.shape.depth -= 1;
        value
    }
}

impl<'de> SeqAccess<'de> for Elements<'_, '_> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        let Some(left) = self.left.checked_sub(1) else {
            return Ok(None);
        };
        self.left = left;
        self.next(seed).map(Some)
    }
}

impl<'de> MapAccess<'de> for Elements<'_, '_> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        let Some(left) = self.left.checked_sub(1) else {
            return Ok(None);
        };
        self.left = left;
        let key = self.shape.text();
        seed.deserialize(key.into_deserializer()).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        self.next(seed)
    }
}

/// A variant of an enum, by its number.
struct Variant<'s, 'a> {
    shape: &'s mut Shape<'a>,
    variant: usize,
}

impl<'de> EnumAccess<'de> for Variant<'_, '_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Error> {
        let number = u32::try_from(self.variant).unwrap_or_default();
        let variant = seed.deserialize(IntoDeserializer::<Error>::into_deserializer(number))?;
        Ok((variant, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, '_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(self.shape)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        de::Deserializer::deserialize_tuple(self.shape, len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.tuple_variant(fields.len(), visitor)
    }
}
