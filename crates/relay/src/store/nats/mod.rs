//! Mailboxes in NATS JetStream: any number of relay processes share them, and one may die.
//!
//! A signal's subject names its mailbox and its record, and the stream keeps one message a subject: the later signal of a record replaces
//! the earlier one, on the server, whichever process took it in. The stream's sequence is the signal's number. What other processes must
//! know at once (a new signal, a new reader) is published beside it, without being kept.

mod mailboxes;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::jetstream::{self, stream};
use async_nats::{Client, ConnectOptions, Event, ServerAddr};
use futures_util::StreamExt as _;
use futures_util::future::{BoxFuture, try_join_all};
use jiff::{SignedDuration, Timestamp};
use relay_protocol::{Kind, MailboxId, Signal, SignalId};
use tokio::task::JoinHandle;

use self::mailboxes::Mailboxes;
use super::{COLLAPSED, Figures, Hook, NewMailbox, Store, StoreError, Stored, Tidied, broken};
use crate::hub::Hub;
use crate::limits::{Page, Retention};
use crate::notification::{RecordKey, key_of};
use crate::secrets::{Digest, hex};

/// How the server is reached and used.
#[derive(Clone, Debug)]
pub struct Options {
    /// `user:password`, or a token; from a file, never from an argument.
    pub login: Option<String>,
    /// Certificate authorities of the server, beside the system's.
    pub authorities: Option<PathBuf>,
    /// On how many servers of a cluster everything is kept.
    pub replicas: usize,
    /// What the names of streams, buckets and subjects begin with.
    pub prefix: String,
}

impl Default for Options {
    fn default() -> Self {
        Self { login: None, authorities: None, replicas: 1, prefix: "ledgerline-relay".to_owned() }
    }
}

/// How long the server may take: whoever posts wants an answer within seconds, be it 503.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);

/// What is left in the stream of a mailbox that was removed while a signal came in goes so long after a mailbox would be idle.
const LEFTOVERS: SignedDuration = SignedDuration::from_hours(10 * 24);

/// Mailboxes at a NATS server.
#[derive(Debug)]
pub struct Nats {
    client: Client,
    context: jetstream::Context,
    signals: stream::Stream<()>,
    mailboxes: Mailboxes,
    prefix: String,
    /// Tells this process from the others.
    process: String,
    retention: Retention,
    /// Signals of a mailbox since they were last counted.
    since_counted: Mutex<HashMap<MailboxId, u64>>,
    hub: Arc<Hub>,
    listening: Vec<JoinHandle<()>>,
}

impl Nats {
    /// Connects, and makes what is missing at the server.
    ///
    /// # Errors
    /// When the server cannot be reached or has no JetStream.
    pub async fn connect(
        address: &str,
        options: Options,
        retention: Retention,
        hub: Arc<Hub>,
    ) -> Result<Self, StoreError> {
        let servers: Vec<ServerAddr> =
            address.split(',').map(|each| each.trim().parse()).collect::<Result<_, _>>().map_err(broken)?;
        let woken = hub.clone();
        let mut connect = ConnectOptions::new().name("ledgerline-relay").event_callback(move |event| {
            match event {
                Event::Connected => {
                    tracing::info!("connected with NATS");
                    // What was said in between was not heard.
                    woken.wake_all();
                }
                other => tracing::warn!(%other, "NATS"),
            }
            std::future::ready(())
        });
        if let Some(login) = options.login {
            connect = match login.split_once(':') {
                Some((user, password)) => connect.user_and_password(user.to_owned(), password.to_owned()),
                None => connect.token(login),
            };
        }
        if let Some(authorities) = options.authorities {
            connect = connect.add_root_certificates(authorities);
        }
        let client = connect.connect(servers).await.map_err(broken)?;
        let context = jetstream::ContextBuilder::new()
            .timeout(ANSWER_WITHIN)
            .ack_timeout(ANSWER_WITHIN)
            .build(client.clone());
        let prefix = options.prefix;
        let config = stream::Config {
            name: format!("{prefix}-signals"),
            subjects: vec![format!("{prefix}.signal.>")],
            max_messages_per_subject: 1,
            max_age: (retention.idle + LEFTOVERS).unsigned_abs(),
            storage: stream::StorageType::File,
            num_replicas: options.replicas,
            ..stream::Config::default()
        };
        let name = config.name.clone();
        context.get_or_create_stream(config).await.map_err(broken)?;
        let signals = context.get_stream_no_info(name).await.map_err(broken)?;
        let mailboxes = Mailboxes::open(&context, &prefix, options.replicas).await?;
        let process = hex(&getrandom::u64().map_err(broken)?.to_be_bytes());
        let mut store = Self {
            client,
            context,
            signals,
            mailboxes,
            prefix,
            process,
            retention,
            since_counted: Mutex::default(),
            hub,
            listening: Vec::new(),
        };
        store.listen().await?;
        Ok(store)
    }

    /// Hears what other processes say.
    async fn listen(&mut self) -> Result<(), StoreError> {
        let mut wakes = self.client.subscribe(format!("{}.wake.*", self.prefix)).await.map_err(broken)?;
        let hub = self.hub.clone();
        self.listening.push(tokio::spawn(async move {
            while let Some(message) = wakes.next().await {
                if let Some(mailbox) = named_in(&message.subject) {
                    hub.wake(&mailbox);
                }
            }
        }));
        let mut readers = self.client.subscribe(format!("{}.reader.*", self.prefix)).await.map_err(broken)?;
        let (hub, process) = (self.hub.clone(), self.process.clone());
        self.listening.push(tokio::spawn(async move {
            while let Some(message) = readers.next().await {
                // Readers of this process superseded each other already.
                if message.payload != process.as_bytes()
                    && let Some(mailbox) = named_in(&message.subject)
                {
                    hub.supersede(&mailbox);
                }
            }
        }));
        self.client.flush().await.map_err(broken)
    }

    fn signals_of(&self, mailbox: &MailboxId) -> String {
        format!("{}.signal.{mailbox}.>", self.prefix)
    }

    /// Says something to the other processes; where it is lost, heartbeats make up for it.
    async fn tell(&self, what: &str, mailbox: &MailboxId, payload: String) -> Result<(), StoreError> {
        self.client.publish(format!("{}.{what}.{mailbox}", self.prefix), payload.into()).await.map_err(broken)
    }

    /// Stores signals; returns their sequences once the server has them.
    async fn publish(
        &self,
        mailbox: &MailboxId,
        rows: Vec<(RecordKey, String)>,
    ) -> Result<Vec<u64>, StoreError> {
        let mut acknowledgements = Vec::with_capacity(rows.len());
        for (record, body) in rows {
            let subject = format!("{}.signal.{mailbox}.{}", self.prefix, record.hex());
            let sent = self.context.publish(subject, body.into()).await.map_err(broken)?;
            acknowledgements.push(async { sent.await.map(|stored| stored.sequence).map_err(broken) });
        }
        try_join_all(acknowledgements).await
    }

    /// Removes the mailbox's signals below that sequence.
    async fn purge_below(&self, mailbox: &MailboxId, below: u64) -> Result<(), StoreError> {
        // The server takes 0 and 1 for "everything".
        if below <= 1 {
            return Ok(());
        }
        let purge = self.signals.purge().filter(self.signals_of(mailbox)).sequence(below);
        purge.await.map(|_| ()).map_err(broken)
    }

    /// One signal in the place of all. It is stored first: nothing is lost wherever this ends.
    async fn collapse(&self, mailbox: &MailboxId, now: Timestamp) -> Result<(), StoreError> {
        let row = (key_of(&COLLAPSED), Stored::text(now, COLLAPSED)?);
        if let Some(sequence) = self.publish(mailbox, vec![row]).await?.last() {
            self.purge_below(mailbox, *sequence).await?;
        }
        self.wake(mailbox).await
    }

    async fn wake(&self, mailbox: &MailboxId) -> Result<(), StoreError> {
        self.hub.wake(mailbox);
        self.tell("wake", mailbox, String::new()).await
    }

    /// Whether it is time to count a mailbox's signals: after every tenth of what it may hold. Several processes together let it
    /// grow by a tenth each.
    fn is_to_be_counted(&self, mailbox: &MailboxId, added: usize) -> bool {
        let mut since = self.since_counted.lock().unwrap_or_else(PoisonError::into_inner);
        let since = since.entry(mailbox.clone()).or_default();
        *since += u64::try_from(added).unwrap_or(u64::MAX);
        let due = *since >= (self.retention.most / 10).max(1);
        if due {
            *since = 0;
        }
        due
    }

    async fn count(&self, mailbox: &MailboxId) -> Result<u64, StoreError> {
        let mut subjects = self.signals.info_with_subjects(self.signals_of(mailbox)).await.map_err(broken)?;
        let mut count = 0;
        while let Some(subject) = subjects.next().await {
            subject.map_err(broken)?;
            count += 1;
        }
        Ok(count)
    }

    /// The mailbox's first signal from that sequence on, and its size. The stream's leader is asked: a replica may lag behind what was acknowledged.
    async fn first_from(
        &self,
        mailbox: &MailboxId,
        sequence: u64,
    ) -> Result<Option<(Signal, usize)>, StoreError> {
        let ask =
            self.signals.raw_message_builder().sequence(sequence).next_by_subject(self.signals_of(mailbox));
        match ask.send().await {
            Ok(message) => {
                let signal = Stored::read(SignalId(message.sequence), &message.payload);
                Ok(Some((signal, message.payload.len())))
            }
            Err(error) if error.kind() == stream::LastRawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(broken(error)),
        }
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        for task in &self.listening {
            task.abort();
        }
    }
}

/// The mailbox at the end of a subject.
fn named_in(subject: &str) -> Option<MailboxId> {
    subject.rsplit('.').next()?.parse().ok()
}

impl Store for Nats {
    fn create(&self, mailbox: NewMailbox) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(self.mailboxes.create(mailbox))
    }

    fn token<'a>(&'a self, mailbox: &'a MailboxId) -> BoxFuture<'a, Result<Option<Digest>, StoreError>> {
        Box::pin(self.mailboxes.token(mailbox))
    }

    fn hook<'a>(&'a self, key: &'a Digest) -> BoxFuture<'a, Result<Option<Hook>, StoreError>> {
        Box::pin(self.mailboxes.hook(key))
    }

    fn remove<'a>(&'a self, mailbox: &'a MailboxId) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            self.mailboxes.remove(mailbox).await?;
            self.signals.purge().filter(self.signals_of(mailbox)).await.map_err(broken)?;
            self.since_counted.lock().unwrap_or_else(PoisonError::into_inner).remove(mailbox);
            self.hub.supersede(mailbox);
            self.tell("reader", mailbox, "removed".to_owned()).await
        })
    }

    fn push<'a>(
        &'a self,
        mailbox: &'a MailboxId,
        at: Timestamp,
        kinds: Vec<Kind>,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            let mut rows = Vec::with_capacity(kinds.len());
            for kind in kinds {
                rows.push((key_of(&kind), Stored::text(at, kind)?));
            }
            let added = self.publish(mailbox, rows).await?.len();
            self.wake(mailbox).await?;
            if self.is_to_be_counted(mailbox, added) && self.count(mailbox).await? > self.retention.most {
                self.collapse(mailbox, at).await?;
            }
            Ok(true)
        })
    }

    fn page<'a>(
        &'a self,
        mailbox: &'a MailboxId,
        after: SignalId,
        page: Page,
    ) -> BoxFuture<'a, Result<Vec<Signal>, StoreError>> {
        Box::pin(async move {
            let (mut signals, mut bytes) = (Vec::new(), 0);
            let mut next = after.0.saturating_add(1);
            while signals.len() < page.signals && bytes < page.bytes {
                let Some((signal, size)) = self.first_from(mailbox, next).await? else {
                    break;
                };
                next = signal.id.0.saturating_add(1);
                bytes += size;
                signals.push(signal);
            }
            Ok(signals)
        })
    }

    fn newest(&self) -> BoxFuture<'_, Result<SignalId, StoreError>> {
        Box::pin(async {
            let info = self.signals.get_info().await.map_err(broken)?;
            Ok(SignalId(info.state.last_sequence))
        })
    }

    fn acknowledge<'a>(
        &'a self,
        mailbox: &'a MailboxId,
        up_to: SignalId,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(self.purge_below(mailbox, up_to.0.saturating_add(1)))
    }

    fn read_by<'a>(&'a self, mailbox: &'a MailboxId, at: Timestamp) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            self.tell("reader", mailbox, self.process.clone()).await?;
            self.mailboxes.touch(mailbox, at).await
        })
    }

    fn tidy(&self, now: Timestamp) -> BoxFuture<'_, Result<Tidied, StoreError>> {
        Box::pin(async move {
            let mut tidied = Tidied::default();
            for (mailbox, read_at) in self.mailboxes.all().await? {
                if now.duration_since(read_at) > self.retention.idle {
                    self.remove(&mailbox).await?;
                    tidied.removed += 1;
                    continue;
                }
                let oldest = self.first_from(&mailbox, 1).await?;
                let is_old =
                    |signal: &Signal| now.duration_since(signal.received_at) > self.retention.longest;
                if oldest.is_some_and(|(signal, _)| is_old(&signal)) {
                    self.collapse(&mailbox, now).await?;
                    tidied.collapsed += 1;
                }
            }
            Ok(tidied)
        })
    }

    fn figures(&self) -> BoxFuture<'_, Result<Figures, StoreError>> {
        Box::pin(async {
            let signals = self.signals.get_info().await.map_err(broken)?.state.messages;
            Ok(Figures { mailboxes: self.mailboxes.count().await?, signals })
        })
    }
}
