//! The page: the files of `web/`, which are in this program, or those of a folder for whoever works on them.

use super::state::Api;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use skyweave_proof::hex;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// What a browser may do with the page: load what this server has, and nothing else from anywhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
    connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Where the files of the page are.
#[derive(Debug, Clone, Default)]
pub enum Page {
    /// In this program.
    #[default]
    Inside,
    /// In a folder, read each time.
    Folder(PathBuf),
}

/// The embedded files with their entity tags.
static INSIDE: LazyLock<Vec<(&'static str, &'static [u8], String)>> =
    LazyLock::new(|| FILES.iter().map(|(path, bytes)| (*path, *bytes, tag(bytes))).collect());

fn tag(bytes: &[u8]) -> String {
    format!("\"{}\"", hex(&Sha256::digest(bytes)[..12]))
}

/// Answers with a file of the page; nothing if there is none at this address.
pub fn answer(api: &Api, method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Response> {
    if *method != Method::GET && *method != Method::HEAD {
        return None;
    }
    let path = match uri.path() {
        "/" => "index.html",
        path => path.strip_prefix('/')?,
    };
    let (bytes, tag) = api.page.file(path)?;
    let is_known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(if *method == Method::HEAD { Bytes::new() } else { bytes }).into_response()
    };
    let own = response.headers_mut();
    own.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(path)));
    own.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    own.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    own.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        own.insert(header::ETAG, tag);
    }
    Some(response)
}

impl Page {
    /// The bytes of a file, and its entity tag.
    fn file(&self, path: &str) -> Option<(Bytes, String)> {
        match self {
            Self::Inside => {
                let found = INSIDE.iter().find(|(name, ..)| *name == path)?;
                Some((Bytes::from_static(found.1), found.2.clone()))
            }
            Self::Folder(folder) => {
                let is_inside = path.split('/').all(|part| !part.is_empty() && !part.starts_with('.'));
                let bytes =
                    std::fs::read(folder.join(Some(path).filter(|path| is_inside && !path.contains('\\'))?))
                        .ok()?;
                let tag = tag(&bytes);
                Some((bytes.into(), tag))
            }
        }
    }
}

fn media_type(path: &str) -> &'static str {
    match Path::new(path).extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "txt" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_inside_and_folders_are_not_left() {
        assert!(Page::Inside.file("index.html").is_some());
        assert!(Page::Inside.file("package.json").is_none());
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("web")).unwrap();
        std::fs::write(folder.path().join("secret.txt"), "no").unwrap();
        std::fs::write(folder.path().join("web/index.html"), "yes").unwrap();
        let page = Page::Folder(folder.path().join("web"));
        assert!(page.file("index.html").is_some());
        for path in
            ["../secret.txt", "./index.html", "/index.html", "", "web//x", ".git/config", "..\\secret.txt"]
        {
            assert!(page.file(path).is_none(), "{path}");
        }
    }
}
