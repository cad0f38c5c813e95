/** What is told as it happens. A stream has one of these fields; `http/graphql-stream.ts` says how it is opened. */
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, Info, Resolver, Root, Subscription } from 'type-graphql';

import { loadReferences } from './usage-references.js';
import type { LiveTopic, ReportSettled, UsageOnFallback, WindowClosed } from '../../reading/live-changes.js';
import { getRegistration, getWholeRegistration } from '../../registration/registration-store.js';
import { callerOf } from '../context.js';
import type { GatewayContext } from '../context.js';
import type { ChangeStream } from '../../reading/live-feed.js';
import { ClosedWindow, OpenFallbackUsage, toClosedWindow, toOpenFallbackUsage } from '../types/live.js';
import { UsageReport, toUsageReport } from '../types/reporting.js';
import { Registration, toRegistration } from '../types/who.js';

interface Opening {
  readonly context: GatewayContext;
  readonly args: { readonly registration?: string | null };
}

/** A name that is not there, and one that is not theirs, are refused alike, as they are by the query of the topic. */
function listenTo(topic: LiveTopic, find: typeof getRegistration): (opening: Opening) => Promise<ChangeStream> {
  return async ({ context, args: { registration: name } }) => {
    const { app, scope } = context;
    const registrationId = name == null ? null : (await find(app.db.reader, scope, name)).id;
    return app.live.open({ caller: callerOf(context), topic, registrationId });
  };
}

const OF_REGISTRATION = {
  nullable: true,
  description: 'Name of a registration; left out: all that you may see.',
} as const;

@Resolver()
export class LiveResolver {
  @Subscription(() => ClosedWindow, {
    subscribe: listenTo('windowClosed', getRegistration),
    description: 'Tells when reported days are closed.',
  })
  windowClosed(
    @Root() change: WindowClosed,
    @Arg('registration', () => String, OF_REGISTRATION) _registration?: string,
  ): ClosedWindow {
    return toClosedWindow(change);
  }

  @Subscription(() => UsageReport, {
    subscribe: listenTo('reportSettled', getWholeRegistration),
    description: 'Tells when a report was accepted, refused or given up; again when it was retried.',
  })
  reportSettled(
    @Root() change: ReportSettled,
    @Arg('registration', () => String, OF_REGISTRATION) _registration?: string,
  ): UsageReport {
    return toUsageReport(change.report);
  }

  @Subscription(() => OpenFallbackUsage, {
    subscribe: listenTo('usageOnFallback', getRegistration),
    description: 'Tells when more usage landed on the base subscription, for want of a mapping.',
  })
  async usageOnFallback(
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
    @Root() change: UsageOnFallback,
    @Arg('registration', () => String, OF_REGISTRATION) _registration?: string,
  ): Promise<OpenFallbackUsage> {
    const references = await loadReferences(context, info, [change]);
    return toOpenFallbackUsage(change, references(change));
  }
}

@Resolver(() => ClosedWindow)
export class ClosedWindowReferences {
  @FieldResolver(() => Registration, { nullable: true, description: 'Stamp whose days they are.' })
  async registration(@Root() window: ClosedWindow, @Ctx() { loaders }: GatewayContext): Promise<Registration | null> {
    const row = await loaders.registration.load(window.registrationRowId);
    return row === null ? null : toRegistration(row);
  }
}
