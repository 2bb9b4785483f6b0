// The orders in which lists are paged, and the starting points of the analysis. Creating an index that exists does nothing.
CREATE INDEX trace_list IF NOT EXISTS
FOR (t:Trace) ON (t.projectId, t.listKey);

CREATE INDEX trace_list_by_status IF NOT EXISTS
FOR (t:Trace) ON (t.projectId, t.status, t.listKey);

CREATE INDEX trace_list_by_agent_type IF NOT EXISTS
FOR (t:Trace) ON (t.projectId, t.agentType, t.listKey);

CREATE INDEX trace_list_by_uid IF NOT EXISTS
FOR (t:Trace) ON (t.projectId, t.uid, t.listKey);

CREATE INDEX trace_list_by_mode IF NOT EXISTS
FOR (t:Trace) ON (t.projectId, t.mode, t.listKey);

CREATE INDEX trace_list_by_parent IF NOT EXISTS
FOR (t:Trace) ON (t.projectId, t.parentTraceId, t.listKey);

CREATE INDEX trace_changed IF NOT EXISTS
FOR (t:Trace) ON (t.projectId, t.changedAtMs);

CREATE INDEX message_by_goal IF NOT EXISTS
FOR (m:Message) ON (m.projectId, m.traceId, m.goalId, m.sequence);

CREATE INDEX step_by_goal IF NOT EXISTS
FOR (s:Step) ON (s.projectId, s.traceId, s.goalId, s.sequence);

CREATE INDEX step_by_tool IF NOT EXISTS
FOR (s:Step) ON (s.projectId, s.toolName);

CREATE INDEX step_by_type IF NOT EXISTS
FOR (s:Step) ON (s.projectId, s.type);

CREATE INDEX step_by_memory IF NOT EXISTS
FOR (s:Step) ON (s.projectId, s.experienceId);

CREATE INDEX trace_list_by_thread IF NOT EXISTS
FOR (t:Trace) ON (t.projectId, t.threadId, t.listKey);

CREATE INDEX thread_list IF NOT EXISTS
FOR (t:Thread) ON (t.projectId, t.checkpointKey);

CREATE INDEX checkpoint_list IF NOT EXISTS
FOR (c:Checkpoint) ON (c.projectId, c.threadId, c.step, c.write);

CREATE INDEX checkpoint_by_parent IF NOT EXISTS
FOR (c:Checkpoint) ON (c.projectId, c.parentId, c.listKey);
