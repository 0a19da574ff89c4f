//! The transactions that are to be sent about commitments, and those that were signed: each is kept before it goes
//! out, so that after any stop the same one is sent again, and no other with its number.
//! `specs/23-watch.md`, section Operators and challengers.
//!
//! In the data's way this stands between the judgement and the other chain.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes, U256};

use super::{
    Store, StoreError,
    cell::{Cell, Row},
    commitments::put_events,
    database::{Database, atomically},
};
use crate::event::Event;

/// A transaction that is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Planned {
    /// What it does, in a word.
    pub(crate) what: String,
    /// Who receives it.
    pub(crate) to: Address,
    /// Wei that it sends.
    pub(crate) value: U256,
    /// Its calldata.
    pub(crate) data: Bytes,
    /// Gas that it takes, as far as that is known.
    pub(crate) gas: u64,
    /// Its gas limit.
    pub(crate) gas_limit: u64,
    /// The archive that it makes, if it makes one: it is not sent where something is.
    pub(crate) makes: Option<Address>,
    /// The digest that it comes to, and what that is kept under: it is not sent where that was reached already.
    pub(crate) reaches: Option<(B256, B256)>,
    /// Where it is on its way: `planned`, `needless`, `sent`, `mined`, `failed`.
    pub(crate) state: String,
}

/// A transaction that was signed, and of which it is not known that it is mined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flight {
    /// The commitment that it is about.
    pub(crate) commitment: B256,
    /// The plan that it is of, and its place there.
    pub(crate) place: (u64, u64),
    /// What it does.
    pub(crate) act: Planned,
    /// Its number among the sender's.
    pub(crate) nonce: u64,
    /// What was signed for that number, the last first.
    pub(crate) signed: Vec<SignedAct>,
}

/// An act that is mined: the commitment, the plan and the place there, the hash of the transaction.
pub(crate) type MinedAct = (B256, (u64, u64), B256);

/// A transaction as it was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignedAct {
    /// Its hash.
    pub(crate) hash: B256,
    /// Number among the sender's.
    pub(crate) nonce: u64,
    /// The most that is paid for a unit of gas, in wei.
    pub(crate) max_fee: u128,
    /// The most of that for the proposer.
    pub(crate) max_priority_fee: u128,
    /// The transaction, as it is sent.
    pub(crate) bytes: Bytes,
    /// When it was signed, in milliseconds since 1970.
    pub(crate) signed_at: u64,
}

const ACT: &str = "what, recipient, value, data, gas, gas_limit, makes, reaches, state";
const SIGNED: &str = "hash, nonce, max_fee, max_priority_fee, bytes, signed_at";

/// Writes the transactions of a plan.
pub(super) fn put(
    database: &mut dyn Database,
    commitment: B256,
    plan: u64,
    acts: &[Planned],
) -> Result<(), StoreError> {
    for (place, act) in acts.iter().enumerate() {
        let sql = format!(
            "INSERT INTO acts (commitment, plan, act, {ACT}) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
        );
        let cells: [Cell; 12] = [
            commitment.into(),
            plan.into(),
            place.into(),
            act.what.as_str().into(),
            act.to.to_string().into(),
            act.value.to_string().into(),
            act.data.to_string().into(),
            act.gas.into(),
            act.gas_limit.into(),
            act.makes.map(|made| made.to_string()).into(),
            act.reaches.map(|(key, digest)| format!("{key}:{digest}")).into(),
            act.state.as_str().into(),
        ];
        database.run(&sql, &cells)?;
    }
    Ok(())
}

impl Store {
    /// The transactions of a plan, in order.
    pub(crate) fn acts(&mut self, commitment: B256, plan: u64) -> Result<Vec<Planned>, StoreError> {
        let sql =
            format!("SELECT {ACT} FROM acts WHERE commitment = $1 AND plan = $2 ORDER BY act");
        self.database.rows(&sql, &[commitment.into(), plan.into()])?.iter().map(planned).collect()
    }

    /// How many transactions about a commitment have failed.
    pub(crate) fn failures(&mut self, commitment: B256) -> Result<u64, StoreError> {
        let sql = "SELECT COUNT(*) FROM acts WHERE commitment = $1 AND state = 'failed'";
        let rows = self.database.rows(sql, &[commitment.into()])?;
        Ok(rows.first().map(|row| row.number(0)).transpose()?.unwrap_or_default())
    }

    /// The transactions that were signed and are not known to be mined, by their numbers.
    pub(crate) fn flights(&mut self) -> Result<Vec<Flight>, StoreError> {
        let sql = format!("SELECT {ACT}, commitment, plan, act FROM acts WHERE state = 'sent'");
        let mut flights = Vec::new();
        for row in self.database.rows(&sql, &[])? {
            let act = planned(&row)?;
            let (commitment, place) = (row.hash(9)?, (row.number(10)?, row.number(11)?));
            let signed = self.signed(commitment, place)?;
            let Some(last) = signed.first() else { continue };
            let nonce = last.nonce;
            let signed = signed.into_iter().filter(|it| it.nonce == nonce).collect();
            flights.push(Flight { commitment, place, act, nonce, signed });
        }
        flights.sort_by_key(|flight| flight.nonce);
        Ok(flights)
    }

    /// The acts that are known to be mined with numbers from one up to another, each with the hash of its transaction.
    pub(crate) fn mined_from(&mut self, from: u64, to: u64) -> Result<Vec<MinedAct>, StoreError> {
        let sql = "SELECT commitment, plan, act, hash FROM signed WHERE state = 'mined' \
                   AND nonce >= $1 AND nonce < $2 ORDER BY nonce";
        let rows = self.database.rows(sql, &[from.into(), to.into()])?;
        let act = |row: &Row| Ok((row.hash(0)?, (row.number(1)?, row.number(2)?), row.hash(3)?));
        rows.iter().map(act).collect()
    }

    /// What was signed of an act and can still be mined, the last first.
    pub(crate) fn signed(
        &mut self,
        commitment: B256,
        (plan, act): (u64, u64),
    ) -> Result<Vec<SignedAct>, StoreError> {
        let sql = format!(
            "SELECT {SIGNED} FROM signed WHERE commitment = $1 AND plan = $2 AND act = $3 \
             AND state <> 'lost' ORDER BY nonce DESC, signed_at DESC, hash"
        );
        let rows = self.database.rows(&sql, &[commitment.into(), plan.into(), act.into()])?;
        rows.iter().map(signed).collect()
    }

    /// Keeps what was signed, before it is sent.
    pub(crate) fn sign(
        &mut self,
        commitment: B256,
        (plan, act): (u64, u64),
        signed: &SignedAct,
        event: &Event,
    ) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO signed ({SIGNED}, commitment, plan, act, state) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'sent')"
        );
        let cells: [Cell; 9] = [
            signed.hash.into(),
            signed.nonce.into(),
            signed.max_fee.to_string().into(),
            signed.max_priority_fee.to_string().into(),
            signed.bytes.to_string().into(),
            signed.signed_at.into(),
            commitment.into(),
            plan.into(),
            act.into(),
        ];
        atomically(&mut *self.database, |database| {
            database.run(&sql, &cells)?;
            set_state(database, commitment, (plan, act), "sent")?;
            put_events(database, Some(event))
        })
    }

    /// Keeps that an act is on its way no more, or needs not be.
    pub(crate) fn set_act(
        &mut self,
        commitment: B256,
        place: (u64, u64),
        state: &str,
    ) -> Result<(), StoreError> {
        atomically(&mut *self.database, |database| set_state(database, commitment, place, state))
    }

    /// Keeps that a transaction is mined, in a block of this number, and what it has cost.
    pub(crate) fn mined(
        &mut self,
        flight: &Flight,
        hash: B256,
        (number, paid, success): (Option<u64>, U256, bool),
        event: &Event,
    ) -> Result<(), StoreError> {
        let Flight { commitment, place, .. } = flight;
        let sql = "UPDATE signed SET state = 'mined', l1_number = $2, paid = $3 WHERE hash = $1";
        let cells: [Cell; 3] = [hash.into(), number.into(), paid.to_string().into()];
        let state = if success { "mined" } else { "failed" };
        atomically(&mut *self.database, |database| {
            database.run(sql, &cells)?;
            set_state(database, *commitment, *place, state)?;
            put_events(database, Some(event))
        })
    }

    /// Keeps that nothing can become of what was signed for a number, which another transaction has.
    pub(crate) fn lost(&mut self, flight: &Flight) -> Result<(), StoreError> {
        let Flight { commitment, place, .. } = flight;
        atomically(&mut *self.database, |database| {
            for signed in &flight.signed {
                let sql = "UPDATE signed SET state = 'lost', paid = NULL WHERE hash = $1";
                database.run(sql, &[signed.hash.into()])?;
            }
            set_state(database, *commitment, *place, "planned")
        })
    }

    /// Wei that all that was sent has cost so far, or may still cost.
    pub(crate) fn spent(&mut self) -> Result<U256, StoreError> {
        let sql = "SELECT signed.nonce, signed.paid, signed.max_fee, acts.gas_limit, acts.value, \
                   signed.commitment, signed.plan, signed.act FROM signed \
                   JOIN acts ON acts.commitment = signed.commitment AND acts.plan = signed.plan \
                   AND acts.act = signed.act WHERE signed.state <> 'lost'";
        // Of those with one number one is mined at most; until then the dearest stands for all.
        let mut numbers: BTreeMap<_, (Option<U256>, U256)> = BTreeMap::new();
        for row in self.database.rows(sql, &[])? {
            let (most, value): (U256, U256) =
                (row.parsed(2, "an amount")?, row.parsed(4, "an amount")?);
            let most = most.saturating_mul(U256::from(row.number(3)?)).saturating_add(value);
            let paid: Option<U256> = row.parsed_if_any(1, "an amount")?;
            let act = (row.hash(5)?, row.number(6)?, row.number(7)?);
            let number = numbers.entry((row.number(0)?, act)).or_default();
            number.0 = number.0.or(paid.map(|paid| paid.saturating_add(value)));
            number.1 = number.1.max(most);
        }
        let sums = numbers.values().map(|(paid, most)| paid.unwrap_or(*most));
        Ok(sums.fold(U256::ZERO, U256::saturating_add))
    }
}

fn set_state(
    database: &mut dyn Database,
    commitment: B256,
    (plan, act): (u64, u64),
    state: &str,
) -> Result<(), StoreError> {
    let sql = "UPDATE acts SET state = $4 WHERE commitment = $1 AND plan = $2 AND act = $3";
    database.run(sql, &[commitment.into(), plan.into(), act.into(), state.into()])?;
    Ok(())
}

fn planned(row: &Row) -> Result<Planned, StoreError> {
    let reaches = row.parsed_if_any::<String>(7, "text")?.and_then(|text| {
        let (key, digest) = text.split_once(':')?;
        Some((key.parse().ok()?, digest.parse().ok()?))
    });
    Ok(Planned {
        what: row.text(0)?.to_owned(),
        to: row.parsed(1, "an address")?,
        value: row.parsed(2, "an amount")?,
        data: row.parsed(3, "bytes")?,
        gas: row.number(4)?,
        gas_limit: row.number(5)?,
        makes: row.parsed_if_any(6, "an address")?,
        reaches,
        state: row.text(8)?.to_owned(),
    })
}

fn signed(row: &Row) -> Result<SignedAct, StoreError> {
    Ok(SignedAct {
        hash: row.hash(0)?,
        nonce: row.number(1)?,
        max_fee: row.parsed(2, "an amount")?,
        max_priority_fee: row.parsed(3, "an amount")?,
        bytes: row.parsed(4, "bytes")?,
        signed_at: row.number(5)?,
    })
}
