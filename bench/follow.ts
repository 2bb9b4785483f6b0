/** What the subscribers of figures 6 to 8 ask for: the whole event. */
export const FOLLOW = `subscription ($traceId: ID!) {
  traceEvents(traceId: $traceId) {
    ... on TraceEvent { eventId type at payload }
    ... on TraceSnapshot { currentEventId }
  }
}`;
