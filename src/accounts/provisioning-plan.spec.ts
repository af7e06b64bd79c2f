import fc from 'fast-check';
import {
  nextStep,
  type ObservedFacts,
  type ObservedPart,
  type ProvisioningRow,
  type ProvisioningStep,
} from './provisioning-plan';

const MOST_STEPS = 20;

/** What Harbor may have under our names, in any mixture. */
interface World {
  project: { id: number; isOfIntent: boolean } | null;
  rule: 'absent' | 'disabled' | 'enabled';
  webhook: 'absent' | 'spoilt' | 'standing';
  user: { id: number; bearsMark: boolean } | null;
  isUserHidden: boolean;
  membership: { id: number; isAdmin: boolean } | null;
}

interface Start {
  world: World;
  row: Pick<ProvisioningRow, 'harborProjectId' | 'harborUserId' | 'isWebhookOpen' | 'wantsPassword'>;
  /** Calls of ours, cut off long ago, that are applied just before ours. */
  late: { project: boolean; rule: boolean; webhook: boolean; user: boolean; membership: boolean };
}

const id = fc.constantFrom(1, 2, 3);
const starts: fc.Arbitrary<Start> = fc.record({
  world: fc.record({
    project: fc.option(fc.record({ id, isOfIntent: fc.boolean() })),
    rule: fc.constantFrom('absent', 'disabled', 'enabled'),
    webhook: fc.constantFrom('absent', 'spoilt', 'standing'),
    user: fc.option(fc.record({ id, bearsMark: fc.boolean() })),
    isUserHidden: fc.boolean(),
    membership: fc.option(fc.record({ id, isAdmin: fc.boolean() })),
  }),
  row: fc.record({
    harborProjectId: fc.option(id),
    harborUserId: fc.option(id),
    isWebhookOpen: fc.boolean(),
    wantsPassword: fc.boolean(),
  }),
  late: fc.record({
    project: fc.boolean(),
    rule: fc.boolean(),
    webhook: fc.boolean(),
    user: fc.boolean(),
    membership: fc.boolean(),
  }),
});

/** Does what a step says to a model of Harbor, as the service does to the real one. */
class Simulation {
  readonly taken: ProvisioningStep['step'][] = [];
  readonly facts: ObservedFacts = { isProjectNameTaken: false, isUserNameTaken: false };
  readonly row: ProvisioningRow;
  readonly world: World;

  constructor(private readonly start: Start) {
    this.world = structuredClone(start.world);
    this.row = { ...start.row, isPasswordSet: false };
  }

  run(): ProvisioningStep {
    while (this.taken.length < MOST_STEPS) {
      const step = nextStep(this.row, this.facts);
      this.taken.push(step.step);
      if (step.step === 'record' || step.step === 'refuse') return step;
      this.take(step);
    }
    throw new Error(`no end: ${this.taken.join(', ')}`);
  }

  private take(step: ProvisioningStep): void {
    const { facts, row, world } = this;
    const { late } = this.start;
    switch (step.step) {
      case 'observe':
        for (const part of step.parts) this.observe(part);
        return;
      case 'make-project':
        row.harborProjectId = null;
        if (late.project) {
          world.project ??= { id: 8, isOfIntent: true };
          facts.project = undefined;
          facts.isProjectNameTaken = true;
          return;
        }
        world.project = facts.project = { id: 9, isOfIntent: true };
        world.rule = 'absent';
        facts.rule = { need: 'create' };
        world.webhook = 'absent';
        facts.webhook = { need: 'create', name: 'berth' };
        row.isWebhookOpen = true;
        world.membership = facts.membership = null;
        return;
      case 'own-project':
        row.harborProjectId = step.projectId;
        return;
      case 'set-rule':
        this.requireOurProject();
        facts.rule = step.need.need === 'create' && late.rule ? undefined : { need: 'nothing' };
        world.rule = 'enabled';
        return;
      case 'set-webhook': {
        this.requireOurProject();
        const isMade = step.need.need === 'create';
        facts.webhook = !isMade || late.webhook ? undefined : { need: 'nothing' };
        world.webhook = isMade ? 'standing' : 'absent';
        row.isWebhookOpen = true;
        return;
      }
      case 'make-user':
        row.harborUserId = null;
        if (late.user || world.isUserHidden) {
          if (!world.isUserHidden) world.user = { id: 8, bearsMark: true };
          facts.user = undefined;
          facts.isUserNameTaken = true;
          return;
        }
        world.user = facts.user = { id: 9, bearsMark: true };
        world.membership = facts.membership = null;
        row.isPasswordSet = true;
        return;
      case 'add-member':
        this.requireOurProject();
        this.requireOurUser(step.userId);
        world.membership = { id: 4, isAdmin: !late.membership };
        facts.membership = late.membership ? undefined : world.membership;
        return;
      case 'raise-role':
        this.requireOurProject();
        world.membership = facts.membership = { id: step.membershipId, isAdmin: true };
        return;
      case 'reset-password':
        this.requireOurUser(step.userId);
        row.isPasswordSet = true;
        return;
      default:
        throw new Error(`not a step to take: ${step.step}`);
    }
  }

  private observe(part: ObservedPart): void {
    const { facts, world } = this;
    if (part === 'project') facts.project = world.project;
    if (part === 'user') facts.user = world.isUserHidden ? null : world.user;
    if (part === 'membership') facts.membership = world.membership;
    if (part === 'webhook') {
      const needs = {
        absent: { need: 'create', name: 'berth' },
        spoilt: { need: 'remove', removeId: 6 },
        standing: { need: 'nothing' },
      } as const;
      facts.webhook = needs[world.webhook];
    }
    if (part === 'rule') {
      const needs = {
        absent: { need: 'create' },
        disabled: { need: 'enable', ruleId: 5 },
        enabled: { need: 'nothing' },
      } as const;
      facts.rule = needs[world.rule];
    }
  }

  private requireOurProject(): void {
    if (this.world.project?.id !== this.row.harborProjectId) throw new Error('touches a foreign project');
  }

  private requireOurUser(userId: number): void {
    const { user } = this.world;
    const isOurs = this.row.harborUserId === null ? user?.bearsMark : this.row.harborUserId === userId;
    if (user?.id !== userId || isOurs !== true) throw new Error('touches a foreign user');
  }
}

const isForeign = (found: { id: number; isOurs: boolean } | null, ownId: number | null): boolean =>
  found !== null && (ownId === null ? !found.isOurs : ownId !== found.id);

describe('the plan of a provisioning', () => {
  it('ends from any state in the goal or in a refusal, and touches nothing that is not ours', () => {
    fc.assert(
      fc.property(starts, (start) => {
        const simulation = new Simulation(start);
        const end = simulation.run();
        const { row, world } = simulation;
        if (end.step === 'record') {
          expect(world.project?.id).toBe(row.harborProjectId);
          expect(world.user?.id).toBe(end.userId);
          expect(world.rule).toBe('enabled');
          expect(world.webhook === 'standing' || !row.isWebhookOpen).toBe(true);
          expect(world.membership?.isAdmin).toBe(true);
          expect(row.isPasswordSet || !row.wantsPassword).toBe(true);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('refuses a stranger’s name before it writes anything', () => {
    fc.assert(
      fc.property(starts, (start) => {
        const { world, row } = start;
        const user = world.isUserHidden ? null : world.user;
        const foreign =
          isForeign(
            world.project && { ...world.project, isOurs: world.project.isOfIntent },
            row.harborProjectId,
          ) || isForeign(user && { ...user, isOurs: user.bearsMark }, row.harborUserId);
        const simulation = new Simulation(start);
        const end = simulation.run();
        if (foreign) {
          expect(end.step).toBe('refuse');
          expect(simulation.taken).toEqual(['observe', 'refuse']);
        } else if (!world.isUserHidden) expect(end.step).toBe('record');
      }),
      { numRuns: 5_000 },
    );
  });

  it('looks four times and writes nothing but the password where all is in place', () => {
    const simulation = new Simulation({
      world: {
        project: { id: 1, isOfIntent: false },
        rule: 'enabled',
        webhook: 'absent',
        user: { id: 2, bearsMark: false },
        isUserHidden: false,
        membership: { id: 3, isAdmin: true },
      },
      row: { harborProjectId: 1, harborUserId: 2, isWebhookOpen: false, wantsPassword: true },
      late: { project: false, rule: false, webhook: false, user: false, membership: false },
    });
    simulation.run();
    expect(simulation.taken).toEqual(['observe', 'observe', 'reset-password', 'record']);
  });

  it('leaves a password alone that nobody waits for', () => {
    const row = {
      harborProjectId: 1,
      harborUserId: 2,
      isWebhookOpen: false,
      wantsPassword: false,
      isPasswordSet: false,
    };
    const facts: ObservedFacts = {
      project: { id: 1, isOfIntent: false },
      rule: { need: 'nothing' },
      user: { id: 2, bearsMark: false },
      membership: { id: 3, isAdmin: true },
      isProjectNameTaken: false,
      isUserNameTaken: false,
    };
    expect(nextStep(row, facts)).toEqual({ step: 'record', userId: 2 });
  });
});
