//! Mailboxes and hooks in a JetStream bucket: a key for each mailbox, and one for each of its two hooks.

use async_nats::HeaderMap;
use async_nats::header::NATS_EXPECTED_LAST_SUBJECT_SEQUENCE;
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::{Context, stream};
use futures_util::StreamExt as _;
use jiff::Timestamp;
use relay_protocol::{MailboxId, Source};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::super::{Hook, NewMailbox, StoreError, broken};
use crate::limits::TOUCH_EVERY;
use crate::secrets::Digest;

/// A mailbox's value. Tokens and keys are digests.
#[derive(Debug, Serialize, Deserialize)]
struct Mailbox {
    token: String,
    hooks: [String; 2],
    created_at: Timestamp,
    read_at: Timestamp,
}

/// A hook's value.
#[derive(Debug, Serialize, Deserialize)]
struct HookValue {
    mailbox: MailboxId,
    source: Source,
}

/// The bucket: a stream shaped as JetStream shapes buckets, so that `nats kv` shows it. The library's own buckets ask the server things
/// that Debian's (2.9) does not answer, and can do no more than is needed here.
#[derive(Debug)]
pub(super) struct Mailboxes {
    context: Context,
    stream: stream::Stream<()>,
    /// What comes before a key in its subject.
    prefix: String,
}

impl Mailboxes {
    pub(super) async fn open(context: &Context, prefix: &str, replicas: usize) -> Result<Self, StoreError> {
        let bucket = format!("{prefix}-mailboxes");
        let prefix = format!("$KV.{bucket}.");
        let config = stream::Config {
            name: format!("KV_{bucket}"),
            subjects: vec![format!("{prefix}>")],
            max_messages_per_subject: 1,
            discard: stream::DiscardPolicy::New,
            allow_rollup: true,
            deny_delete: true,
            allow_direct: true,
            storage: stream::StorageType::File,
            num_replicas: replicas,
            ..stream::Config::default()
        };
        let name = config.name.clone();
        context.get_or_create_stream(config).await.map_err(broken)?;
        let stream = context.get_stream_no_info(name).await.map_err(broken)?;
        Ok(Self { context: context.clone(), stream, prefix })
    }

    /// The mailbox comes first: one whose hooks are missing is removed when nobody has read it for long.
    pub(super) async fn create(&self, new: NewMailbox) -> Result<(), StoreError> {
        let hooks = [(new.business_central, Source::BusinessCentral), (new.zoho, Source::Zoho)];
        let value = Mailbox {
            token: new.token.hex(),
            hooks: hooks.map(|(key, _)| key.hex()),
            created_at: new.at,
            read_at: new.at,
        };
        self.put(&mailbox_key(&new.id), &value).await?;
        for (key, source) in hooks {
            self.put(&hook_key(&key.hex()), &HookValue { mailbox: new.id.clone(), source }).await?;
        }
        Ok(())
    }

    pub(super) async fn token(&self, mailbox: &MailboxId) -> Result<Option<Digest>, StoreError> {
        let found: Option<(Mailbox, u64)> = self.get(&mailbox_key(mailbox)).await?;
        Ok(found.and_then(|(mailbox, _)| Digest::from_hex(&mailbox.token)))
    }

    pub(super) async fn hook(&self, key: &Digest) -> Result<Option<Hook>, StoreError> {
        let found: Option<(HookValue, u64)> = self.get(&hook_key(&key.hex())).await?;
        Ok(found.map(|(hook, _)| Hook { mailbox: hook.mailbox, source: hook.source }))
    }

    /// The hooks go first: what is posted from then on is for nobody.
    pub(super) async fn remove(&self, mailbox: &MailboxId) -> Result<(), StoreError> {
        let key = mailbox_key(mailbox);
        let found: Option<(Mailbox, u64)> = self.get(&key).await?;
        for hook in found.iter().flat_map(|(value, _)| &value.hooks) {
            self.forget(&hook_key(hook)).await?;
        }
        self.forget(&key).await
    }

    /// Notes that the mailbox is read, at most once a day.
    pub(super) async fn touch(&self, mailbox: &MailboxId, at: Timestamp) -> Result<(), StoreError> {
        let key = mailbox_key(mailbox);
        let found: Option<(Mailbox, u64)> = self.get(&key).await?;
        let Some((mut value, revision)) = found else {
            return Ok(());
        };
        if at.duration_since(value.read_at) < TOUCH_EVERY {
            return Ok(());
        }
        value.read_at = at;
        let text = serde_json::to_vec(&value).map_err(broken)?;
        let mut headers = HeaderMap::new();
        headers.insert(NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, revision.to_string());
        let subject = format!("{}{key}", self.prefix);
        let sent = self.context.publish_with_headers(subject, headers, text.into()).await.map_err(broken)?;
        match sent.await {
            Ok(_) => Ok(()),
            // Another process noted it, or removed the mailbox.
            Err(error) if error.kind() == PublishErrorKind::WrongLastSequence => Ok(()),
            Err(error) => Err(broken(error)),
        }
    }

    /// All mailboxes, and when each was last read.
    pub(super) async fn all(&self) -> Result<Vec<(MailboxId, Timestamp)>, StoreError> {
        let every = format!("{}mailbox.*", self.prefix);
        let mut subjects = self.stream.info_with_subjects(every).await.map_err(broken)?;
        let mut names = Vec::new();
        while let Some(subject) = subjects.next().await {
            let (subject, _) = subject.map_err(broken)?;
            names.extend(subject.rsplit('.').next().and_then(|name| name.parse::<MailboxId>().ok()));
        }
        let mut all = Vec::with_capacity(names.len());
        for mailbox in names {
            let found: Option<(Mailbox, u64)> = self.get(&mailbox_key(&mailbox)).await?;
            all.extend(found.map(|(value, _)| (mailbox, value.read_at)));
        }
        Ok(all)
    }

    /// How many mailboxes there are: each has three keys.
    pub(super) async fn count(&self) -> Result<u64, StoreError> {
        Ok(self.stream.get_info().await.map_err(broken)?.state.messages / 3)
    }

    async fn put(&self, key: &str, value: &impl Serialize) -> Result<(), StoreError> {
        let text = serde_json::to_vec(value).map_err(broken)?;
        let sent =
            self.context.publish(format!("{}{key}", self.prefix), text.into()).await.map_err(broken)?;
        sent.await.map(|_| ()).map_err(broken)
    }

    /// A key's value and its revision. Asks the leader: a replica may not know yet what was made a moment ago at another process, and a
    /// 404 ends a subscription.
    async fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<(T, u64)>, StoreError> {
        match self.stream.get_last_raw_message_by_subject(&format!("{}{key}", self.prefix)).await {
            Ok(message) => {
                let value = serde_json::from_slice(&message.payload).map_err(broken)?;
                Ok(Some((value, message.sequence)))
            }
            Err(error) if error.kind() == stream::LastRawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(broken(error)),
        }
    }

    /// Leaves no mark behind, as deleting a key of a bucket would.
    async fn forget(&self, key: &str) -> Result<(), StoreError> {
        self.stream.purge().filter(format!("{}{key}", self.prefix)).await.map(|_| ()).map_err(broken)
    }
}

fn mailbox_key(mailbox: &MailboxId) -> String {
    format!("mailbox.{mailbox}")
}

fn hook_key(digest: &str) -> String {
    format!("hook.{digest}")
}
