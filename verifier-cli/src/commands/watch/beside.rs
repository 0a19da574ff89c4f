//! What runs beside a watcher, and holds it up in nothing: who shows what it has found, and who tells of it.

use std::{collections::HashSet, env, str::FromStr, time::Duration};

use clap::Args;
use iso_evm_serve::{Address, Bound, Served, Server};
use iso_evm_watch::{
    Event, StoreOptions, Vitals,
    webhook::{Hook, Hooks, Patience, Secret},
};

use crate::{error::CommandError, terminal::say};

/// The variable with what notices are signed with.
const SECRET_VARIABLE: &str = "ISO_WEBHOOK_SECRET";

/// How long what is to be told is waited for at the end.
const GRACE: Duration = Duration::from_secs(5);

/// What runs beside a watcher.
#[derive(Debug, Args)]
pub(super) struct Beside {
    /// Show by HTTP what is found: a status page, a JSON API, metrics and health; a port of this machine, or a host
    /// with a port. Nobody is asked who they are
    #[arg(long, value_name = "ADDR", value_parser = Address::from_str)]
    serve: Option<Address>,
    /// Where what must be told is posted, signed with $ISO_WEBHOOK_SECRET; any number of times
    #[arg(long, value_name = "URL")]
    webhook: Vec<String>,
}

/// What can be made sure of before anything is begun.
#[derive(Debug)]
pub(super) struct Prepared {
    bound: Option<Bound>,
    hooks: Vec<Hook>,
    secret: Option<Secret>,
}

/// What runs.
#[derive(Debug)]
pub(super) struct Running {
    server: Option<Server>,
    hooks: Option<Hooks>,
}

impl Beside {
    /// Takes the address, and the secret.
    pub(super) fn prepare(&self) -> Result<Prepared, CommandError> {
        let secret = match env::var_os(SECRET_VARIABLE).filter(|secret| !secret.is_empty()) {
            _ if self.webhook.is_empty() => None,
            None => return Err(CommandError::NoSecret { variable: SECRET_VARIABLE }),
            Some(secret) => Some(Secret::new(secret.into_encoded_bytes())?),
        };
        // They are parsed here, since what clap says of a wrong one repeats it, and it may hold a key.
        let hooks = self.webhook.iter().map(|address| Hook::parse(address));
        let mut hooks = hooks.collect::<Result<Vec<_>, _>>()?;
        // One that is named twice is told once.
        let mut names = HashSet::new();
        hooks.retain(|hook| names.insert(hook.name().to_owned()));
        let bound = self.serve.as_ref().map(Bound::bind).transpose()?;
        Ok(Prepared { bound, hooks, secret })
    }
}

impl Prepared {
    /// The names of those who are told.
    pub(super) fn receivers(&self) -> Vec<String> {
        self.hooks.iter().map(|hook| hook.name().to_owned()).collect()
    }

    /// Begins, beside a watcher that has the store open.
    pub(super) fn begin(
        self,
        store: StoreOptions,
        vitals: Vitals,
    ) -> Result<Running, CommandError> {
        let Self { bound, hooks, secret } = self;
        let begin = |secret| Hooks::begin(&hooks, &secret, &store, Patience::default());
        let hooks = secret.map(begin).transpose()?;
        let told = hooks.iter().flat_map(|hooks| hooks.tallies().to_vec()).collect();
        let serve = |bound: Bound| bound.serve(Served { store, vitals, told });
        let server = bound.map(serve).transpose()?;
        if let Some(server) = &server {
            say(&format!("note: serving http://{}", server.address()));
        }
        Ok(Running { server, hooks })
    }
}

impl Running {
    /// What the watcher has seen or done.
    pub(super) fn saw(&self, event: &Event) {
        if let Some(server) = &self.server {
            server.saw(event);
        }
    }

    /// Ends, once what is due was told, or nobody takes it.
    pub(super) fn end(self) {
        if let Some(hooks) = self.hooks {
            hooks.end(GRACE);
        }
    }
}
