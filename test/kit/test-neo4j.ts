// During a test run, Neo4j spends most of its time compiling itself and planning statements.

/**
 * For the environment of a test's Neo4j: the JVM's second compiler pays off only after minutes, and verifying the jars' bytecode
 * takes a quarter of the start time.
 */
export const TEST_JAVA_OPTIONS = {
  JDK_JAVA_OPTIONS: '-XX:TieredStopAtLevel=1 -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote',
};

/** Settings of a test's Neo4j: a statement is planned once, and not replanned for longer lists and more data. */
export const TEST_NEO4J_SETTINGS = {
  'internal.cypher.use_parameter_size': 'false',
  'dbms.cypher.min_replan_interval': '1h',
};

/** Options of a Neo4j that a test starts for itself. */
export const SMALL_NEO4J = { heapMb: 512, pageCacheMb: 64, settings: TEST_NEO4J_SETTINGS };
