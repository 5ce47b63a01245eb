//! Carrying what the services send of their own accord.
//!
//! There are two ways. A test with virtual time takes what is due ([`World::due_posts`]) and tells the answers
//! ([`World::post_answered`]), or gives the world a [`Postman`](crate::Postman) and lets it [`deliver`](World::deliver). A server carries
//! posts over the network by itself. Nothing is ever sent while a request is being answered, but for handshakes.

use jiff::{SignedDuration, Timestamp};
use transport::Method;

use crate::post::{Fortune, Handshake};
use crate::{BcState, Incoming, Post, PostId, World, ZohoState};

impl World {
    /// The call that must be answered with its token before `incoming` is carried out.
    pub(crate) fn handshake(&self, incoming: &Incoming) -> Option<Handshake> {
        if incoming.method == Method::Get || !incoming.path.starts_with("/bc/") {
            return None;
        }
        let now = self.now();
        let mut state = self.state();
        state.bc.set_time(now);
        state.bc.handshake(incoming)
    }

    /// Sends the postman to an address that must answer.
    pub(crate) fn validate(&self, handshake: &Handshake) -> bool {
        let receipt = self.postman().and_then(|postman| postman.send(handshake.method, &handshake.url, ""));
        handshake.holds(receipt.as_ref())
    }

    /// Sets how long after the first change both services tell it.
    pub fn set_notification_delay(&self, delay: SignedDuration) {
        let mut state = self.state();
        let crate::world::State { bc, zoho, .. } = &mut *state;
        delay_both(bc, zoho, delay);
        drop(state);
        self.inner.stirred.notify_one();
    }

    /// What is due by now. Each post is given out once, until its answer is told; twice, where the faults say so.
    #[must_use]
    pub fn due_posts(&self) -> Vec<Post> {
        let now = self.now();
        let mut state = self.state();
        state.bc.set_time(now);
        let now_there = state.bc.now();
        let bc = state.bc.webhooks.take_due(now_there).into_iter();
        let bc =
            bc.map(|(number, url, body, was_late)| (PostId::BusinessCentral(number), url, body, was_late));
        let zoho = state.zoho.take_due_callbacks(now).into_iter();
        let zoho = zoho.map(|call| (PostId::Zoho(call.number), call.url, call.body, call.was_late));
        let due: Vec<_> = bc.chain(zoho).collect();
        let mishaps = state.faults.posts.clone();
        let mut posts = Vec::new();
        for (id, url, body, was_late) in due {
            let post = Post { id, url, body };
            match mishaps.fortune(was_late, self.inner.random.as_ref()) {
                Fortune::Arrives => posts.push(post),
                Fortune::Twice => posts.extend([post.clone(), post]),
                Fortune::Lost => state.answered(id, Some(200), now),
                Fortune::Late => state.put_off(id, mishaps.late_by, now),
            }
        }
        if mishaps.reversed {
            posts.reverse();
        }
        posts
    }

    /// Tells what the address answered, or that it did not. A second answer to the same post counts for nothing.
    pub fn post_answered(&self, id: PostId, status: Option<u16>) {
        let now = self.now();
        self.state().answered(id, status, now);
        self.inner.stirred.notify_one();
    }

    /// When a post is due next, by the services' time; none while all that there is waits for answers.
    #[must_use]
    pub fn next_post_due(&self) -> Option<Timestamp> {
        let state = self.state();
        let skew = state.bc.behaviour.clock_skew;
        let bc = state.bc.webhooks.next_due().map(|due| due.saturating_sub(skew).unwrap_or(due));
        bc.into_iter().chain(state.zoho.next_callback_due()).min()
    }

    /// Lets the postman carry everything that is due, and tells how many posts that were, whatever was answered. Without a
    /// postman nothing is carried.
    #[must_use]
    pub fn deliver(&self) -> usize {
        let Some(postman) = self.postman() else { return 0 };
        let posts = self.due_posts();
        for post in &posts {
            let receipt = postman.send(Method::Post, &post.url, &post.body);
            self.post_answered(post.id, receipt.map(|receipt| receipt.status));
        }
        posts.len()
    }
}

/// Sets how long after the first change both services tell it.
pub(crate) fn delay_both(bc: &mut BcState, zoho: &mut ZohoState, delay: SignedDuration) {
    bc.webhooks.delay = delay;
    zoho.switches.watch_milliseconds = usize::try_from(delay.as_millis()).unwrap_or_default();
}

impl crate::world::State {
    fn answered(&mut self, id: PostId, status: Option<u16>, now: Timestamp) {
        self.bc.set_time(now);
        let now_there = self.bc.now();
        match id {
            PostId::BusinessCentral(number) => self.bc.webhooks.answered(number, status, now_there),
            PostId::Zoho(number) => self.zoho.callback_answered(number, status, now),
        }
    }

    fn put_off(&mut self, id: PostId, by: SignedDuration, now: Timestamp) {
        match id {
            PostId::BusinessCentral(number) => {
                let now_there = self.bc.now();
                self.bc.webhooks.put_off(number, now_there, by);
            }
            PostId::Zoho(number) => self.zoho.put_off_callback(number, now, by),
        }
    }
}
