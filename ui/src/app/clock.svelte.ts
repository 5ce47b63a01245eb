/** The present moment, for words such as "3 minutes ago"; moves twice a minute. */
class Clock {
  now = $state.raw(new Date());

  constructor() {
    setInterval(() => (this.now = new Date()), 30_000);
  }
}

export const clock = new Clock();
