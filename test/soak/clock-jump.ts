/** Preloaded into a process (`--require`): its clock goes wrong by CLOCK_JUMP_MS. What measures time by itself does not. */
const jumpMs = Number(process.env.CLOCK_JUMP_MS ?? '0');
const now = (): number => Reflect.apply(realNow, undefined, []) + jumpMs;
const realNow = Date.now;

if (jumpMs !== 0) {
  globalThis.Date = new Proxy(Date, {
    construct: (target, given: unknown[]): Date =>
      Reflect.construct(target, given.length === 0 ? [now()] : given) as Date,
    get: (target, name): unknown => (name === 'now' ? now : Reflect.get(target, name)),
  });
}
