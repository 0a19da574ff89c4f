// The module: our crates as WebAssembly. A question is JSON with bytes beside it, and so is an answer.

/** What the module could not use, in its words. */
export class Refused extends Error {}

/** The module, instantiated anew where it has stopped. */
export class Module {
  constructor(compiled) {
    this.compiled = compiled;
    this.instance = null;
  }

  /** A module of its bytes. */
  static async of(binary) {
    return new Module(await WebAssembly.compile(binary));
  }

  /** Asks a question: what is said, and the bytes beside it. */
  async ask(question, beside = new Uint8Array()) {
    this.instance ??= await WebAssembly.instantiate(this.compiled, {});
    try {
      return this.answer(question, beside);
    } catch (error) {
      // What has stopped in the middle is not asked again.
      if (!(error instanceof Refused)) this.instance = null;
      throw error instanceof WebAssembly.RuntimeError
        ? new Refused(`the module stopped: ${error.message}`)
        : error;
    }
  }

  answer(question, beside) {
    const { memory, iso_room: room, iso_ask: ask, iso_length: length } = this.instance.exports;
    const json = new TextEncoder().encode(JSON.stringify(question));
    const at = room(4 + json.length + beside.length) >>> 0;
    new DataView(memory.buffer).setUint32(at, json.length, true);
    const view = new Uint8Array(memory.buffer);
    view.set(json, at + 4);
    view.set(beside, at + 4 + json.length);
    const from = ask() >>> 0;
    const framed = new Uint8Array(memory.buffer, from, length() >>> 0);
    const size = new DataView(memory.buffer).getUint32(from, true);
    const { said, error } = JSON.parse(new TextDecoder().decode(framed.subarray(4, 4 + size)));
    if (error !== undefined) throw new Refused(error);
    return { said, bytes: framed.slice(4 + size) };
  }
}
