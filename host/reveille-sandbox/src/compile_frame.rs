//! What the host and the child process that compiles say to each other over its standard input and output. Both are the
//! same program, and each looks whether the other is.

use std::io::{self, Read, Write};

use sha2::{Digest, Sha256};

use crate::{
    compile_limits::{COMPONENT_BYTES, CompileLimits},
    engine::Print,
};

/// Begins an order; goes up with every change in this file.
const ORDER: [u8; 8] = *b"rv-order";
/// Begins an answer.
const ANSWER: [u8; 8] = *b"rv-code1";

/// Bytes of an answer before its content.
pub(crate) const ANSWER_HEAD_BYTES: u64 = 8 + 1 + 32;

/// What the host asks for, besides the component.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) processor_seconds: u64,
    pub(crate) memory_bytes: u64,
    pub(crate) component_bytes: u64,
}

/// Writes an order and its component.
pub(crate) fn write_order(
    to: &mut impl Write,
    print: &Print,
    limits: &CompileLimits,
    wasm: &[u8],
) -> io::Result<()> {
    to.write_all(&ORDER)?;
    to.write_all(print)?;
    for number in [
        limits.processor_seconds,
        limits.memory_bytes,
        wasm.len() as u64,
    ] {
        to.write_all(&number.to_le_bytes())?;
    }
    to.write_all(wasm)?;
    to.flush()
}

/// Reads what stands before the component.
pub(crate) fn read_order(from: &mut impl Read, print: &Print) -> io::Result<Order> {
    let mut begin = [0; 8];
    from.read_exact(&mut begin)?;
    let mut theirs = Print::default();
    from.read_exact(&mut theirs)?;
    if begin != ORDER || theirs != *print {
        return Err(io::Error::other(
            "whoever asks is not this version of the program",
        ));
    }
    let mut number = || {
        let mut bytes = [0; 8];
        from.read_exact(&mut bytes)?;
        io::Result::Ok(u64::from_le_bytes(bytes))
    };
    let order = Order {
        processor_seconds: number()?,
        memory_bytes: number()?,
        component_bytes: number()?,
    };
    if order.component_bytes > COMPONENT_BYTES {
        return Err(io::Error::other("the component is too large"));
    }
    Ok(order)
}

/// Writes machine code, or what the compiler has against the component.
pub(crate) fn write_answer(
    to: &mut impl Write,
    answer: &Result<Vec<u8>, String>,
) -> io::Result<()> {
    let (kind, content) = match answer {
        Ok(native) => (0, native.as_slice()),
        Err(cause) => (1, cause.as_bytes()),
    };
    to.write_all(&ANSWER)?;
    to.write_all(&[kind])?;
    to.write_all(&Sha256::digest(content))?;
    to.write_all(content)?;
    to.flush()
}

/// Reads an answer; none when the bytes are not a whole one.
pub(crate) fn read_answer(bytes: Vec<u8>) -> Option<Result<Vec<u8>, String>> {
    let (begin, rest) = bytes.split_first_chunk::<8>()?;
    let (kind, rest) = rest.split_first()?;
    let (digest, content) = rest.split_first_chunk::<32>()?;
    if *begin != ANSWER || Sha256::digest(content).as_slice() != digest {
        return None;
    }
    match kind {
        0 => Some(Ok(content.to_vec())),
        1 => Some(Err(String::from_utf8_lossy(content).into_owned())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn an_answer_arrives_whole_or_not_at_all() {
        for answer in [Ok(b"code".to_vec()), Err("it has no type 7".to_owned())] {
            let mut bytes = Vec::new();
            write_answer(&mut bytes, &answer).unwrap();
            assert_eq!(read_answer(bytes.clone()).unwrap(), answer);
            for length in 0..bytes.len() {
                assert!(read_answer(bytes[..length].to_vec()).is_none());
            }
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
            assert!(read_answer(bytes).is_none());
        }
    }

    #[test]
    fn an_order_from_another_version_is_refused() {
        let mut bytes = Vec::new();
        let limits = CompileLimits::of(reveille_core::model::Tier::Rule);
        write_order(&mut bytes, &[1; 32], &limits, b"wasm").unwrap();
        let order = read_order(&mut bytes.as_slice(), &[1; 32]).unwrap();
        assert_eq!(order.component_bytes, 4);
        assert_eq!(order.memory_bytes, limits.memory_bytes);
        assert!(read_order(&mut bytes.as_slice(), &[2; 32]).is_err());
    }
}
