//! Key files as users have them, and as nobody should.

use std::fs;

use alloy_primitives::address;
use serde_json::{Value, json};

use super::*;

/// A test vector of the Web3 Secret Storage Definition, and what `cast wallet` 1.7.1 writes, each
/// with its account and its password.
fn vectors() -> [(Value, Address, &'static str); 2] {
    let vector = |iv, ciphertext, kdf, kdfparams, mac| {
        json!({
            "crypto": {
                "cipher": "aes-128-ctr", "cipherparams": {"iv": iv}, "ciphertext": ciphertext,
                "kdf": kdf, "kdfparams": kdfparams, "mac": mac
            },
            "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6", "version": 3
        })
    };
    let pbkdf2 = vector(
        "6087dab2f9fdbbfaddc31a909735c1e6",
        "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
        "pbkdf2",
        json!({
            "c": 262_144, "dklen": 32, "prf": "hmac-sha256",
            "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"
        }),
        "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2",
    );
    let scrypt = vector(
        "350211697f70dfc5243b3bfa30c81d01",
        "7970d9de6238e03f68ffcd3ec3981f3f73c592631d14668cd54e9d8bc5d6f07c",
        "scrypt",
        json!({
            "dklen": 32, "n": 8192, "r": 8, "p": 1,
            "salt": "0d8b2c03822a5f0b654bcfa981fddb8680e70660ae3400d4ee3de43da6fc2501"
        }),
        "fd6e17eaded515f69934c0c122a881f035ff83b4d19b105fbc6e02b09a51ff9a",
    );
    let fourth = address!("90f79bf6eb2c4f870365e785982e1f101e93b906");
    [(pbkdf2, ACCOUNT, "testpassword"), (scrypt, fourth, "correct horse")]
}

const ACCOUNT: Address = address!("008aeeda4d805471df9b2a5b0f38a0c3bcba786b");

/// A file for its owner alone.
fn put(folder: &Path, name: &str, text: &str) -> std::path::PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    path
}

#[test]
fn keystores_open_with_their_password_alone() {
    let folder = tempfile::tempdir().unwrap();
    for (vector, account, password) in vectors() {
        let path = put(folder.path(), "keystore", &vector.to_string());
        for line in ["", "\n", "\r\n"] {
            let file = put(folder.path(), "password", &format!("{password}{line}"));
            let password = Password::from_file(&file).unwrap();
            assert_eq!(keystore(&path, &password).unwrap().address(), account);
        }
        for wrong in [format!("{password} "), String::new()] {
            let wrong = keystore(&path, &Password::new(wrong));
            assert!(matches!(wrong, Err(KeyError::Password { .. })));
        }
    }
}

/// ethers writes `Crypto`, the account without `0x`, and fields of its own. Nothing of it is left behind.
#[test]
fn a_keystore_of_ethers_opens_as_others_do() {
    let folder = tempfile::tempdir().unwrap();
    for (vector, account, password) in vectors() {
        let mut of_ethers = vector.clone();
        let fields = of_ethers.as_object_mut().unwrap();
        let crypto = fields.remove("crypto").unwrap();
        fields.insert("Crypto".to_owned(), crypto);
        fields.insert("address".to_owned(), json!(format!("{account:x}")));
        fields.insert("x-ethers".to_owned(), json!({"client": "ethers/6.13.4", "version": "0.1"}));
        let path = put(folder.path(), "keystore", &of_ethers.to_string());
        let signer = keystore(&path, &Password::new(password.to_owned())).unwrap();
        assert_eq!(signer.address(), account);
        let wrong = keystore(&path, &Password::new("another".to_owned()));
        assert!(matches!(wrong, Err(KeyError::Password { .. })));
        let aside = respelt(&of_ethers.to_string()).unwrap().unwrap();
        let left = aside.path().to_owned();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&left).unwrap().permissions().mode() & OTHERS, 0);
        }
        drop(aside);
        assert!(!left.exists());
        // Both names at once are no keystore.
        of_ethers["crypto"] = vector["crypto"].clone();
        let path = put(folder.path(), "keystore", &of_ethers.to_string());
        assert!(matches!(check(&path), Err(KeyError::NoKeystore { .. })));
    }
}

#[test]
fn a_keystore_is_of_the_account_that_it_names() {
    let folder = tempfile::tempdir().unwrap();
    let password = Password::new("testpassword".to_owned());
    let mut vector = vectors()[0].0.clone();
    vector["address"] = json!("008aeeda4d805471df9b2a5b0f38a0c3bcba786b");
    let path = put(folder.path(), "keystore", &vector.to_string());
    assert_eq!(keystore(&path, &password).unwrap().address(), ACCOUNT);
    vector["address"] = json!("008aeeda4d805471df9b2a5b0f38a0c3bcba786c");
    let path = put(folder.path(), "keystore", &vector.to_string());
    assert!(matches!(keystore(&path, &password), Err(KeyError::OtherAccount { .. })));
}

/// What would make the library panic, or take all memory, is told before it is tried.
#[test]
fn broken_keystores_are_told_from_wrong_passwords() {
    let folder = tempfile::tempdir().unwrap();
    let [(pbkdf2, ..), (scrypt, ..)] = vectors();
    let changes: [(&Value, &str, Value); 17] = [
        (&scrypt, "/crypto/kdfparams/r", json!(0)),
        (&pbkdf2, "/crypto/mac", json!("517e")),
        (&pbkdf2, "/crypto/kdfparams/salt", json!("zz")),
        (&pbkdf2, "/id", json!(7)),
        (&pbkdf2, "/version", json!(1)),
        (&pbkdf2, "/crypto/cipher", json!("aes-128-cbc")),
        (&pbkdf2, "/crypto/cipherparams/iv", json!("6087")),
        (&pbkdf2, "/crypto/ciphertext", json!("")),
        (&pbkdf2, "/crypto/kdf", json!("scrypt")),
        (&pbkdf2, "/crypto/kdfparams/dklen", json!(16)),
        (&pbkdf2, "/crypto/kdfparams/c", json!(u32::MAX)),
        (&pbkdf2, "/crypto/kdfparams/prf", json!("hmac-sha1")),
        (&scrypt, "/crypto/kdfparams/n", json!(0)),
        (&scrypt, "/crypto/kdfparams/n", json!(3)),
        (&scrypt, "/crypto/kdfparams/n", json!(1_u64 << 31)),
        (&scrypt, "/crypto/kdfparams/r", json!(u32::MAX)),
        (&scrypt, "/crypto/kdfparams/p", json!(u32::MAX)),
    ];
    for (vector, place, value) in changes {
        let mut changed = vector.clone();
        *changed.pointer_mut(place).unwrap() = value;
        let path = put(folder.path(), "keystore", &changed.to_string());
        let error = keystore(&path, &Password::new(String::new())).unwrap_err();
        assert!(matches!(error, KeyError::NoKeystore { .. }), "{place}: {error}");
    }
    for text in ["", "{}", "[]", &"7a".repeat(32), "\u{0}"] {
        let path = put(folder.path(), "keystore", text);
        assert!(matches!(check(&path), Err(KeyError::NoKeystore { .. })), "{text}");
    }
}

#[cfg(unix)]
#[test]
fn a_key_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = put(folder.path(), "key", &"7a".repeat(32));
    assert!(raw(&path).is_ok());
    for mode in [0o640, 0o604, 0o644, 0o620, 0o601, 0o777] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let words = format!("(mode {mode:03o}): chmod 600 {}", path.display());
        for error in [
            raw(&path).unwrap_err(),
            check(&path).unwrap_err(),
            Password::from_file(&path).unwrap_err(),
        ] {
            assert!(error.to_string().ends_with(&words), "{error}");
        }
    }
    for mode in [0o400, 0o600, 0o700] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert!(raw(&path).is_ok(), "{mode:o}");
    }
}
