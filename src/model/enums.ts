/** The values of the columns that have a fixed set of them. */
export type TraceMode = 'call' | 'agent';
export type TraceStatus = 'running' | 'stopped' | 'completed' | 'failed';
export type GoalStatus = 'pending' | 'in_progress' | 'completed' | 'abandoned';
export type GoalType = 'normal' | 'agent_call';
export type StepType =
  | 'llm_call'
  | 'tool_call'
  | 'tool_result'
  | 'conclusion'
  | 'feedback'
  | 'memory_read'
  | 'memory_write'
  | 'span';
export type StepStatus = 'running' | 'ok' | 'error';
/** Whether a cost was sent, or computed from a list of prices. */
export type CostSource = 'given' | 'computed';
