//! A run: every witness of a source is audited once, and what is said of each is kept. `specs/25-cluster.md`.
//!
//! Units (`source`) go to the engine, so many at a time (`attempt`); their rows come back, become rows of the three
//! tables (`part`) and are written together every few seconds. So whoever is killed at any instant, executor, scheduler
//! or this process, no row is lost that was written, and none is there twice: one process writes.

mod attempt;
mod part;
mod progress;
mod summary;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{task::JoinSet, time::MissedTickBehavior};

use self::{attempt::Job, part::Rows, progress::Progress};
pub(crate) use self::{
    part::Part,
    summary::{Summary, Verdicts},
};
use crate::{
    error::ClusterError,
    functions::Host,
    options::AuditOptions,
    results::Results,
    session::Engine,
    shard::Shard,
    source::{Sizes, Source, Units},
    store::{Place, Stores},
    terminal::say,
};

/// What a run is told.
#[derive(Debug)]
pub(crate) struct RunOptions {
    /// Where the witnesses are.
    pub(crate) source: String,
    /// Where the results go.
    pub(crate) results: String,
    /// Who audits.
    pub(crate) engine: Engine,
    /// How many units are with the engine at once.
    pub(crate) jobs: usize,
    /// How each witness is audited.
    pub(crate) audit: AuditOptions,
    /// How the source is cut.
    pub(crate) sizes: Sizes,
    /// Which part of it this run does.
    pub(crate) shard: Shard,
}

/// How long rows wait until they are written: at first, and at most. Between, a fiftieth of the time that the run has
/// taken, so that few parts come of a long one and little of it is ever done twice.
const WRITTEN_EVERY: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(60)];
/// How many rows wait at most.
const MOST_WAITING: usize = 50_000;

/// Audits all that is not done.
///
/// # Errors
///
/// If the source or the results cannot be read or written, or if the engine is gone: what is done is kept.
pub(crate) async fn run(options: RunOptions, host: &Host) -> Result<Summary, ClusterError> {
    let stores = Arc::new(Stores::default());
    let from = Place::read(&options.source, &stores)?;
    let to = Place::write(&options.results, &stores)?;
    if from.holds(&to) {
        return Err(ClusterError::IsRead { place: options.source });
    }
    let settings =
        serde_json::to_value(options.audit.settings()).expect("numbers, texts and lists of them");
    let (results, before) = Results::open(to, options.shard, settings).await?;
    let source = Source::open(&from).await?;
    for error in &source.unreadable {
        say(&format!("error: {error}"));
    }
    let rows = source.rows(options.sizes.unit, options.shard);
    let session = options.engine.session(host, stores, 1).await?;
    let job = Arc::new(Job::new(session, options.audit.text()));
    let mut run = Run {
        units: Units::new(&source, options.sizes, options.shard, before.done),
        tasks: JoinSet::new(),
        job,
        jobs: options.jobs,
        waiting: Rows::default(),
        written: Instant::now(),
        progress: Progress::new(rows),
        summary: Summary::new(before.verdicts, source.unreadable.len() as u64),
        results,
    };
    let ended = run.all().await;
    // What came back is kept, whatever happened.
    let flushed = run.flush().await;
    run.tasks.shutdown().await;
    run.progress.end();
    for error in &run.units.unreadable {
        say(&format!("error: {error}"));
    }
    run.summary.unreadable_files += run.units.unreadable.len() as u64;
    run.summary.rows = run.units.counts;
    run.summary.seconds = run.progress.seconds();
    run.summary.executors = run.progress.executors();
    flushed?;
    ended?;
    Ok(run.summary)
}

/// A run that is under way.
struct Run {
    units: Units,
    tasks: JoinSet<Result<Rows, attempt::Failed>>,
    job: Arc<Job>,
    jobs: usize,
    /// Rows that are not written yet.
    waiting: Rows,
    written: Instant,
    progress: Progress,
    summary: Summary,
    results: Results,
}

impl Run {
    /// Has every unit audited.
    async fn all(&mut self) -> Result<(), ClusterError> {
        let mut tick = tokio::time::interval(Duration::from_secs(1));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut stop = std::pin::pin!(stopped());
        loop {
            while self.tasks.len() < self.jobs {
                let Some(unit) = self.units.next().await? else { break };
                let job = self.job.clone();
                self.tasks.spawn(async move { job.rows(unit).await });
            }
            self.progress.passed_over(self.units.counts);
            tokio::select! {
                done = self.tasks.join_next() => match done {
                    None => return Ok(()),
                    Some(Ok(Ok(rows))) => {
                        self.progress.done(&rows);
                        self.waiting.append(rows);
                    }
                    Some(Ok(Err(failed))) => return Err(self.stopped(failed.0)),
                    Some(Err(error)) => return Err(self.stopped(error.to_string())),
                },
                _ = tick.tick() => self.progress.show(),
                signal = &mut stop => return Err(self.stopped(signal.to_owned())),
            }
            let [first, last] = WRITTEN_EVERY;
            let every = Duration::from_secs_f64(self.progress.seconds() / 50.0).clamp(first, last);
            if self.waiting.len() >= MOST_WAITING || self.written.elapsed() >= every {
                self.flush().await?;
            }
        }
    }

    /// Writes what waits.
    async fn flush(&mut self) -> Result<(), ClusterError> {
        self.written = Instant::now();
        if self.waiting.len() == 0 {
            return Ok(());
        }
        let part = std::mem::take(&mut self.waiting).part()?;
        self.results.write(&part).await?;
        self.summary.count(&part);
        Ok(())
    }

    fn stopped(&self, why: String) -> ClusterError {
        let (done, all) = self.progress.counts();
        ClusterError::Stopped { done, all, why }
    }
}

/// Waits for somebody who wants an end, and says who it was.
async fn stopped() -> &'static str {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        if let Ok(mut terminated) = terminated {
            return tokio::select! {
                _ = interrupted => "interrupted",
                _ = terminated.recv() => "told to end",
            };
        }
    }
    let _ = interrupted.await;
    "interrupted"
}
