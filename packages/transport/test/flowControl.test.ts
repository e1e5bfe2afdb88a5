import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ValueError } from '../src/contract/errors.js';
import { FlowControl, resolveLimits } from '../src/machine/flowControl.js';

describe('resolveLimits', () => {
  it.each([
    [{}, [16_384, 65_536]],
    [{ high: 100 }, [25, 100]],
    [{ high: 7 }, [1, 7]],
    [{ low: 10 }, [10, 40]],
    [{ high: 10, low: 10 }, [10, 10]],
    [{ high: 0 }, [0, 0]],
    [{ low: 0 }, [0, 0]],
    [{ high: 5, low: 0 }, [0, 5]],
  ])('turns %j into %j', (limits, marks) => {
    expect(resolveLimits(limits)).toEqual(marks);
  });

  // test_flowcontrol_mixin_set_write_limits
  it.each([{ high: 0, low: 1 }, { low: -1 }, { high: -1 }, { high: NaN }, { low: NaN }, { high: 4, low: 5 }])(
    'refuses %j and says which mark must be the higher one',
    (limits) => {
      expect(() => resolveLimits(limits)).toThrow(ValueError);
      expect(() => resolveLimits(limits)).toThrow(/high.*must be >= low/);
    },
  );
});

describe('the marks', () => {
  it.each(['high', 'low'])('do not come from a polluted Object.prototype (%s)', (name) => {
    Object.defineProperty(Object.prototype, name, { value: 1, configurable: true });
    try {
      expect([resolveLimits({}), new FlowControl().limits]).toEqual([
        [16_384, 65_536],
        [16_384, 65_536],
      ]);
    } finally {
      Reflect.deleteProperty(Object.prototype, name);
    }
  });

  it('are not to be misspelt', () => {
    const misspelt: object = { hihg: 1 };
    expect(() => resolveLimits(misspelt)).toThrow(new TypeError('unknown option "hihg"'));
  });
});

describe('FlowControl', () => {
  // test_pause_writing_2write, test_pause_writing_3write
  it('pauses strictly above the high mark, and once', () => {
    const flow = new FlowControl();
    flow.setLimits({ high: 4 });
    flow.add(4);
    expect(flow.check()).toBeNull();
    flow.add(1);
    expect(flow.check()).toBe('pause');
    flow.add(1);
    expect(flow.check()).toBeNull();
  });

  // test_pause_resume_writing
  it('resumes at the low mark, and once', () => {
    const flow = new FlowControl();
    flow.setLimits({ high: 8, low: 2 });
    flow.add(10);
    flow.check();
    expect(flow.subtract(7)).toBeNull();
    expect(flow.subtract(1)).toBe('resume');
    expect(flow.subtract(1)).toBeNull();
  });

  // test_flowcontrol_mixin_set_write_limits
  it('pauses at once when new limits are below what is buffered, and returns the marks', () => {
    const flow = new FlowControl();
    flow.add(512);
    expect(flow.setLimits({ high: 1024, low: 128 })).toBeNull();
    expect(flow.limits).toEqual([128, 1024]);
    expect(flow.setLimits({ high: 256, low: 128 })).toBe('pause');
    expect(flow.limits).toEqual([128, 256]);
  });

  it('never resumes because of new limits', () => {
    const flow = new FlowControl();
    flow.setLimits({ high: 0 });
    flow.add(10);
    flow.check();
    expect(flow.setLimits({ high: 1_000 })).toBeNull();
    expect(flow.subtract(1)).toBe('resume');
  });

  it('keeps its marks when new ones are refused', () => {
    const flow = new FlowControl();
    expect(() => flow.setLimits({ high: 1, low: 2 })).toThrow(ValueError);
    expect(flow.limits).toEqual([16_384, 65_536]);
  });

  it('equals a plain model under any sequence of changes', () => {
    const step = fc.oneof(
      fc.record({ op: fc.constant('add' as const), n: fc.nat(20) }),
      fc.record({ op: fc.constant('take' as const), n: fc.nat(20) }),
      fc.record({ op: fc.constant('limits' as const), n: fc.nat(30) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const flow = new FlowControl();
        flow.setLimits({ high: 20 });
        let [size, high, paused] = [0, 20, false];
        for (const { op, n } of steps) {
          let change: string | null;
          let expected: string | null;
          if (op === 'take') {
            const taken = Math.min(n, size);
            size -= taken;
            change = flow.subtract(taken);
            expected = paused && size <= Math.floor(high / 4) ? 'resume' : null;
          } else {
            if (op === 'add') {
              size += n;
              flow.add(n);
              change = flow.check();
            } else {
              high = n;
              change = flow.setLimits({ high });
            }
            expected = !paused && size > high ? 'pause' : null;
          }
          expect(change).toBe(expected);
          paused = expected === null ? paused : expected === 'pause';
          expect(flow.size).toBe(size);
        }
      }),
    );
  });
});
