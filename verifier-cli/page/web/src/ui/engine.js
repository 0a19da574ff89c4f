// The worker, as the page asks it. What runs too long is stopped with it, and a new one begins.

/** What is said of a task that was stopped. */
export class Stopped extends Error {}

export class Engine {
  /** `source` is the worker's code, `given` what it starts with. */
  constructor(source, given) {
    this.url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    this.given = given;
    this.begin();
  }

  begin() {
    this.waiting = new Map();
    this.next = 0;
    this.worker = new Worker(this.url);
    this.worker.onmessage = ({ data }) => this.heard(data);
    this.worker.onerror = (event) => this.failed(new Error(event.message || "the worker stopped"));
    this.ready = this.ask("start", this.given);
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

  failed(error) {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  /** Whether something is being done. */
  get busy() {
    return this.waiting.size > 0;
  }

  ask(task, given, told = () => {}) {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject, told });
      this.worker.postMessage({ id, task, given });
    });
  }

  stop() {
    this.worker.terminate();
    this.failed(new Stopped("stopped"));
    this.begin();
  }
}
