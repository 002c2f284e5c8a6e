//! What a file may be wrapped in.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    None,
    Gzip,
    Zstd,
    /// `clutter`: beside the export there is what macOS adds, a folder, and a note to the reader.
    Zip {
        clutter: bool,
    },
}

impl Packing {
    pub const ALL: [Self; 5] =
        [Self::None, Self::Gzip, Self::Zstd, Self::Zip { clutter: false }, Self::Zip { clutter: true }];

    /// What it adds to a file's name.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Gzip => ".gz",
            Self::Zstd => ".zst",
            Self::Zip { .. } => ".zip",
        }
    }
}

/// `name` is that of the file within an archive.
pub fn pack(packing: Packing, name: &str, bytes: Vec<u8>) -> Vec<u8> {
    match packing {
        Packing::None => bytes,
        Packing::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(&bytes).expect("memory");
            encoder.finish().expect("memory")
        }
        Packing::Zstd => zstd::encode_all(&bytes[..], 0).expect("memory"),
        Packing::Zip { clutter: false } => zip(&[(name, &bytes)]),
        Packing::Zip { clutter: true } => {
            // The forks of macOS have the name of the file and no text.
            let fork: &[u8] = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        \x00\x02\x00\x00";
            zip(&[
                ("README.txt", b"Kem theo file du lieu.\r\n"),
                ("__MACOSX/", b""),
                (&format!("__MACOSX/._{name}"), fork),
                (".DS_Store", b"\x00\x00\x00\x01Bud1"),
                (name, &bytes),
            ])
        }
    }
}

/// An archive of files, in this order; a name that ends in `/` is a folder.
pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        if name.ends_with('/') {
            zip.add_directory(*name, SimpleFileOptions::default()).expect("a folder");
            continue;
        }
        zip.start_file(*name, SimpleFileOptions::default()).expect("an entry");
        zip.write_all(bytes).expect("memory");
    }
    zip.finish().expect("an archive in memory").into_inner()
}
