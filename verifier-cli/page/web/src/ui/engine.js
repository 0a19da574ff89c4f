// A worker, as a view of the page asks it. What runs too long is stopped with it, and the next question begins another.

/** What is said of a task that was stopped. */
export class Stopped extends Error {}

/** Where the worker's code is: an address for as many workers as there are views. */
export const codeOf = (source) => URL.createObjectURL(new Blob([source], { type: "text/javascript" }));

export class Engine {
  /** `code` is the address of the worker's code, `given` what it starts with. */
  constructor(code, given) {
    this.code = code;
    this.given = given;
    this.worker = null;
    this.waiting = new Map();
    this.next = 0;
  }

  /** A worker that has started, or will have; the same one until it is stopped. */
  begin() {
    if (this.worker) return this.ready;
    this.worker = new Worker(this.code);
    this.worker.onmessage = ({ data }) => this.heard(data);
    this.worker.onerror = (event) => this.end(new Error(event.message || "the worker stopped"));
    this.ready = this.send("start", this.given);
    // Whoever asks waits for it, and hears of it.
    this.ready.catch(() => {});
    return this.ready;
  }

  heard({ id, told, done, error }) {
    const waiting = this.waiting.get(id);
    if (!waiting) return;
    if (told !== undefined) {
      waiting.told(told);
      return;
    }
    this.waiting.delete(id);
    if (error === undefined) waiting.resolve(done);
    else waiting.reject(new Error(error));
  }

  /** Ends the worker, and all that it was asked with this error. */
  end(error) {
    this.worker?.terminate();
    this.worker = null;
    const all = [...this.waiting.values()];
    this.waiting.clear();
    for (const { reject } of all) reject(error);
  }

  send(task, given, told = () => {}) {
    if (!this.worker) return Promise.reject(new Stopped("stopped"));
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject, told });
      this.worker.postMessage({ id, task, given });
    });
  }

  /** Asks when the worker is ready: before, it has no module. */
  async ask(task, given, told) {
    await this.begin();
    return this.send(task, given, told);
  }

  /** Stops what is being done, if anything is: what is asked next is not to wait for it. */
  only() {
    if (this.waiting.size) this.stop();
  }

  stop() {
    this.end(new Stopped("stopped"));
  }
}

/** Who asked last. What was asked before is not drawn. */
export class Turns {
  constructor() {
    this.turn = 0;
  }

  /** Another turn: whether it is the last yet. */
  next() {
    this.turn += 1;
    return this.now();
  }

  /** The turn that it is: whether it is yet. */
  now() {
    const { turn } = this;
    return () => turn === this.turn;
  }
}
