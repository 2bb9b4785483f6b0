import { statement } from '../../model/statement.js';
import type { Runner } from '../../neo4j/database.js';
import type { MessageRow } from '../../model/rows.js';
import { messageOfNode } from '../../model/row-mapping.js';
import type { MessageNode } from '../../model/rows.js';
import {
  paged,
  type After,
  type GoalOwner,
  type OwnedList,
  type OwnedPage,
  type Pages,
} from '../../model/owned-pages.js';

const ofTraces: OwnedList<string, number, MessageNode> = statement('messages/by-traces');
const ofGoals: OwnedList<GoalOwner, number, MessageNode> = statement('messages/by-goals');
const ofSteps: OwnedList<string, number, MessageNode> = statement('messages/by-steps');
const toMessage = (node: MessageNode): MessageRow => messageOfNode(node, false);

/** The messages of traces, without their contents, by sequence. */
export function messagesOfTraces(
  database: Runner,
  page: OwnedPage<string> & After<number>,
): Promise<Pages<MessageRow>> {
  return paged(ofTraces(database, page), toMessage);
}

/** The messages of goals, without their contents, by sequence. */
export function messagesOfGoals(
  database: Runner,
  page: OwnedPage<GoalOwner> & After<number>,
): Promise<Pages<MessageRow>> {
  return paged(ofGoals(database, page), toMessage);
}

/** The messages that steps produced, without their contents, by sequence. */
export function messagesOfSteps(
  database: Runner,
  page: OwnedPage<string> & After<number>,
): Promise<Pages<MessageRow>> {
  return paged(ofSteps(database, page), toMessage);
}
