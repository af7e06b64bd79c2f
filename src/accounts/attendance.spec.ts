import { Attendance } from './attendance';

describe('whether somebody still waits for a password', () => {
  const never = new Promise<string>(() => undefined);

  it('hands on what ends in time, and what fails in time', async () => {
    expect(await new Attendance().follow(Promise.resolve('done'), 1000)).toBe('done');
    const failing = Promise.reject(new Error('failed'));
    await expect(new Attendance().follow(failing, 1000)).rejects.toThrow('failed');
  });

  it('leaves work that takes too long, which then may show nothing', async () => {
    const attendance = new Attendance();
    expect(await attendance.follow(never, 5)).toBeNull();
    expect(attendance.hasLeft).toBe(true);
    expect(attendance.claim()).toBe(false);
  });

  it('waits to the end of work that has claimed to show its password', async () => {
    const attendance = new Attendance();
    let end: (password: string) => void = () => undefined;
    const work = new Promise<string>((resolve) => (end = resolve));
    expect(attendance.claim()).toBe(true);
    const followed = attendance.follow(work, 5);
    setTimeout(() => end('shown'), 30);
    expect(await followed).toBe('shown');
    expect(attendance.hasLeft).toBe(false);
  });
});
