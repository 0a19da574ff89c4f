//! Where tables are: [`Place`], a folder or an `s3://` URL, and [`Stores`], which gives every process of a run the
//! same stores. Credentials, region and endpoint come from the environment (`AWS_ACCESS_KEY_ID`,
//! `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT`, `AWS_ALLOW_HTTP`) and from nowhere else: they are in no plan,
//! and no job brings its own. `specs/25-cluster.md`, section Stores.

use std::{
    collections::HashMap,
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use datafusion::{
    common::{DataFusionError, Result},
    execution::object_store::ObjectStoreRegistry,
};
use futures_util::TryStreamExt as _;
use object_store::{
    ObjectMeta, ObjectStore, ObjectStoreExt as _, PutPayload, aws::AmazonS3Builder,
    local::LocalFileSystem,
};
use url::Url;

use crate::error::ClusterError;

/// The stores of a process, each made when it is first asked for.
#[derive(Debug, Default)]
pub(crate) struct Stores(Mutex<HashMap<String, Arc<dyn ObjectStore>>>);

impl ObjectStoreRegistry for Stores {
    /// Nobody brings a store: those that there are follow from the environment.
    fn register_store(&self, _: &Url, store: Arc<dyn ObjectStore>) -> Option<Arc<dyn ObjectStore>> {
        Some(store)
    }

    fn get_store(&self, url: &Url) -> Result<Arc<dyn ObjectStore>> {
        let key = url[..url::Position::BeforePath].to_owned();
        let mut stores = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = stores.get(&key) {
            return Ok(store.clone());
        }
        let store = made(url)?;
        stores.insert(key, store.clone());
        Ok(store)
    }
}

/// The store that a URL is in.
fn made(url: &Url) -> Result<Arc<dyn ObjectStore>> {
    match (url.scheme(), url.host_str()) {
        ("file", None) => Ok(Arc::new(LocalFileSystem::new())),
        ("s3", Some(bucket)) => {
            let builder = AmazonS3Builder::from_env().with_bucket_name(bucket);
            Ok(Arc::new(
                builder.build().map_err(|error| DataFusionError::ObjectStore(Box::new(error)))?,
            ))
        }
        _ => {
            let error = format!("{url}: only local folders and s3:// are read");
            Err(DataFusionError::Configuration(error))
        }
    }
}

/// A folder, on this machine or in a store.
#[derive(Clone)]
pub(crate) struct Place {
    /// As it was given.
    given: String,
    /// With a slash at the end, unless it is a file.
    url: Url,
    store: Arc<dyn ObjectStore>,
    local: Option<PathBuf>,
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Place").field(&self.given).finish()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.given)
    }
}

impl Place {
    /// A place from which is read.
    ///
    /// # Errors
    ///
    /// If it is none, or a path at which there is nothing.
    pub(crate) fn read(given: &str, stores: &Stores) -> Result<Self, ClusterError> {
        Self::of(given, stores, |path| std::fs::canonicalize(path))
    }

    /// A place to which is written: a folder is made.
    ///
    /// # Errors
    ///
    /// If it is none, or a folder cannot be made.
    pub(crate) fn write(given: &str, stores: &Stores) -> Result<Self, ClusterError> {
        Self::of(given, stores, |path| {
            std::fs::create_dir_all(path)?;
            std::fs::canonicalize(path)
        })
    }

    fn of(
        given: &str,
        stores: &Stores,
        found: impl FnOnce(&Path) -> std::io::Result<PathBuf>,
    ) -> Result<Self, ClusterError> {
        let refused = |what: String| ClusterError::Place { place: given.to_owned(), what };
        let (url, local) = if given.contains("://") {
            let mut url = Url::parse(given).map_err(|error| refused(error.to_string()))?;
            if url.scheme() != "s3" || url.host_str().is_none() {
                return Err(refused("it is neither".to_owned()));
            }
            if !url.path().ends_with('/') && !is_table(url.path()) {
                url.set_path(&format!("{}/", url.path()));
            }
            (url, None)
        } else {
            let path = found(Path::new(given)).map_err(ClusterError::io(given))?;
            let url = if path.is_dir() {
                Url::from_directory_path(&path)
            } else {
                Url::from_file_path(&path)
            };
            let url = url.map_err(|()| refused("the path has no root".to_owned()))?;
            (url, Some(path))
        };
        let store = stores.get_store(&url)?;
        Ok(Self { given: given.to_owned(), url, store, local })
    }

    /// The folder, if it is one of this machine.
    pub(crate) fn local(&self) -> Option<&Path> {
        self.local.as_deref()
    }

    /// The store that it is in.
    pub(crate) const fn store(&self) -> &Arc<dyn ObjectStore> {
        &self.store
    }

    /// Whether another place is this one, or within it.
    pub(crate) fn holds(&self, other: &Self) -> bool {
        other.url.as_str().starts_with(self.url.as_str())
    }

    /// The URL of something in the same store.
    pub(crate) fn url_of(&self, path: &object_store::path::Path) -> String {
        let mut url = self.url.clone();
        // What stands in a path is its name there, and no escape.
        url.set_path(&path.as_ref().replace('%', "%25"));
        url.into()
    }

    /// The path of something within it.
    pub(crate) fn path(&self, within: &str) -> Result<object_store::path::Path, ClusterError> {
        let refused = |what: String| ClusterError::Place { place: self.given.clone(), what };
        let url = if within.is_empty() {
            self.url.clone()
        } else {
            self.url.join(within).map_err(|error| refused(error.to_string()))?
        };
        object_store::path::Path::from_url_path(url.path())
            .map_err(|error| refused(error.to_string()))
    }

    /// The tables in it and below, in order of name; nothing whose name, or a folder's, begins with a dot or an
    /// underscore.
    pub(crate) async fn tables(&self, within: &str) -> Result<Vec<ObjectMeta>, ClusterError> {
        let prefix = self.path(within)?;
        if is_table(self.url.path()) && within.is_empty() {
            let one = self.store.head(&prefix).await.map_err(ClusterError::store(self))?;
            return Ok(vec![one]);
        }
        let all: Vec<ObjectMeta> = self
            .store
            .list(Some(&prefix))
            .try_collect()
            .await
            .map_err(ClusterError::store(self))?;
        let is_taken = |meta: &ObjectMeta| {
            let mut parts = meta.location.prefix_match(&prefix).into_iter().flatten();
            is_table(meta.location.as_ref())
                && !parts.any(|part| part.as_ref().starts_with(['.', '_']))
        };
        let mut tables: Vec<ObjectMeta> = all.into_iter().filter(is_taken).collect();
        tables.sort_by(|one, other| one.location.cmp(&other.location));
        Ok(tables)
    }

    /// Writes a file within it, whole or not at all.
    pub(crate) async fn put(&self, within: &str, bytes: Vec<u8>) -> Result<(), ClusterError> {
        let path = self.path(within)?;
        let put = self.store.put(&path, PutPayload::from(bytes)).await;
        put.map(|_| ()).map_err(ClusterError::store(format!("{self}: {within}")))
    }

    /// Removes a file.
    pub(crate) async fn remove(&self, path: &object_store::path::Path) -> Result<(), ClusterError> {
        self.store.delete(path).await.map_err(ClusterError::store(path))
    }
}

/// Whether a name is one of a table.
fn is_table(name: &str) -> bool {
    name.ends_with(".parquet")
}
