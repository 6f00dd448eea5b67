//! Numbers as heads and chunks write them, without allocation.

use std::io::Write;
use std::net::IpAddr;

/// Appends `number` in decimal digits.
pub(in crate::proxy) fn write_decimal(number: u64, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut first = digits.len();
    let mut rest = number;
    loop {
        first -= 1;
        digits[first] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[first..]);
}

/// Appends `number` in hexadecimal digits.
pub(super) fn write_hexadecimal(number: u64, out: &mut Vec<u8>) {
    let length = (64 - number.leading_zeros()).div_ceil(4).max(1);
    for place in (0..length).rev() {
        out.push(b"0123456789abcdef"[(number >> (4 * place) & 15) as usize]);
    }
}

/// Appends an address.
pub(super) fn write_address(address: IpAddr, out: &mut Vec<u8>) {
    let IpAddr::V4(v4) = address else {
        write!(out, "{address}").expect("a Vec takes everything");
        return;
    };
    for (index, octet) in v4.octets().into_iter().enumerate() {
        if index > 0 {
            out.push(b'.');
        }
        write_decimal(octet.into(), out);
    }
}

/// The number that is written in `digits` and nothing else; `None` also for one above 2^64-1.
pub(super) fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| digit - b'0')?;
        number.checked_mul(10)?.checked_add(digit.into())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    proptest! {
        #[test]
        fn numbers_and_addresses_are_written_as_everywhere(
            number in prop_oneof![any::<u64>(), 0..300_u64, Just(u64::MAX)],
            address in any::<IpAddr>(),
        ) {
            prop_assert_eq!(written(|out| write_decimal(number, out)), number.to_string());
            prop_assert_eq!(written(|out| write_hexadecimal(number, out)), format!("{number:x}"));
            prop_assert_eq!(written(|out| write_address(address, out)), address.to_string());
            prop_assert_eq!(decimal(number.to_string().as_bytes()), Some(number));
        }
    }

    #[test]
    fn only_digits_are_a_number() {
        for text in ["", "+5", "-1", "0x5", "5_0", "5 ", " 5", "5,5", "5.0", "18446744073709551616"]
        {
            assert_eq!(decimal(text.as_bytes()), None, "{text:?}");
        }
        assert_eq!(decimal(b"000000000000000000000000000005"), Some(5));
    }
}
