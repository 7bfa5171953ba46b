/**
 * Counter caches for Hibernate ORM: the way of a change from the annotation to the UPDATE.
 *
 * <p>When a session factory is built:
 *
 * <ol>
 *   <li>{@link io.countercache.hibernate.CounterCacheIntegrator} installs the library, after its {@code Settings},
 *       whose names are in {@link io.countercache.hibernate.CounterCacheSettings}
 *   <li>{@code DeclarationReader} reads {@code @CounterCache} and {@code @Counter}: to {@code Declarations}, which are definitions
 *       and {@code FreeCounter}s, or all errors at once; {@code AnnotatedMembers} are the attributes that may have one
 *   <li>{@code CollectionDeclaration} says whether the rows can be counted that a collection writes itself, {@code
 *       AnyDeclaration} to which entities an {@code @Any} leads
 *   <li>{@code CounterAttribute} says whether an attribute can keep a counter, and freezes it; {@code DeclaredPath} and
 *       {@code SummedAttribute} say what is wrong with a path and a sum
 *   <li>{@code CountedRows} says whether the rows of a child can be counted, {@code OnDeleteRules} whether what the
 *       database does to them by itself can: each {@code OnDeleteRule} is a foreign key with an action, and
 *       an {@code OnDelete} what remains of it when the factory is built
 *   <li>{@code ChildGuards} decides what guards a child against two transactions that move or delete it at once; {@code
 *       BatchedInserts} are those of a child that is guarded so
 *   <li>{@code CounterModel} finds the counters of a child, of a parent, by their names, and {@code OnDeleteGraph} what goes with
 *       which rows
 *   <li>{@code CounterPaths} has the paths to counters further up, and {@code TableOrder} the order of their tables
 *   <li>{@link io.countercache.hibernate.condition.Condition} is a {@code where}: see there how it is read and evaluated
 *   <li>{@code UniqueKeys} remembers by what the rows of an entity are unique
 *   <li>{@code Installation} is what the classes that applications call ask for all of this, kept in the {@code FactoryScope} of each
 *       session factory, which {@link io.countercache.hibernate.FactoryScopeContributor} adds
 * </ol>
 *
 * <p>When a child changes:
 *
 * <ol>
 *   <li>{@code CountedChild} is what counters look at of an entity: its {@code TrackedAttribute}s, before and after
 *   <li>{@code StaleChildren} reads these from the database where the session cannot be trusted to know them
 *   <li>{@code SentDeletes} tells the DELETEs that were sent from those that are left to the database, or that another
 *       listener has vetoed, which the listeners of the library, {@code NeverVetoes}, do not
 * *   <li>{@code ChildCounting} turns an inserted, updated or deleted child into moves
 *   <li>{@code MoveSink} receives all moves and hands them on, if their session is none of the {@code SkippingSessions}
 *   <li>{@code DeleteListener} does so with what the database deletes or cuts off along with a row: {@code GoneRows} finds it
 *       before the DELETE
 *   <li>{@code CollectionListener} does so with the rows of a {@code CollectionModel}'s collections: {@code AffectedRows} are those
 *       that their DELETEs have hit, {@code HeldElements} have a column for their owner, {@code CollectionRows} looks at both
 *       under locks, {@code StatelessOwners} knows the session
 *   <li>{@code PendingDeltas} holds the deltas of each transaction, those of counters further up in {@code PathDeltas}, and
 *       decides when they are written
 *   <li>{@code Savepoints} takes back what a rollback to a savepoint takes back; {@code SpringSavepoints} hears of these
 *   <li>{@code PathWriter} follows the paths to the rows at their ends, from lock to lock
 *   <li>{@code NewParents} saves the UPDATE of a parent that is inserted together with its children
 *   <li>{@code CounterWriter} writes them: sorted, batched, one UPDATE per parent row; {@code ManyRows} many rows in one statement
 *   <li>{@code CounterSql} has the texts of all statements, binds them, and knows the lock order
 *   <li>{@code TouchedAttribute} is a timestamp that is set along with a counter
 *   <li>{@code Statements} sends SQL through Hibernate; {@code Chunks} are parts of what is too much for one
 *   <li>{@code OwnQueries} runs the library's own HQL, without a flush and without an early write
 *   <li>{@code TouchedCaches} keeps the second-level cache and the query cache from serving old counters
 *   <li>{@code ManagedParents} shows deltas and values on the parents in memory
 *   <li>{@code ParentListener} keeps these right through what happens to the parents themselves
 * </ol>
 *
 * <p>When a bulk statement changes children:
 *
 * <ol>
 *   <li>{@code BulkStatements} is asked how to execute it: {@code BulkHooks} has Hibernate ask {@code CountedMutations} and
 *       {@code CountedInsertions} for a handler ({@code OneExecution}), and {@link io.countercache.hibernate.CountingJdbcServices} has it send the rest through {@code
 *       CountedExecutor} and {@code StatelessQueries}. {@code HibernateFields} sets what Hibernate keeps private
 *   <li>{@code BulkPolicy} says which statements the application wants to have counted, refused, or left alone
 *   <li>{@code BulkScope} says whether a {@code BulkMutation} is counted, and refuses what cannot be
 *   <li>{@code ReturningPlan} executes one that answers with its {@code ChangedRows}, {@code LockedRows} one that does not, {@code
 *       BulkInserts} an INSERT, and {@code BulkCollections} what goes of a collection
 *   <li>{@code BulkRows} are the queries for what counters look at, run as a {@code BulkSelect}, in a {@code BoundSql}
 *   <li>{@code BulkDeltas} sums up by how much counters move, {@code HeldMoves} until the statement is done: from here on the
 *       way is that of any other change
 *   <li>{@code UncountedStatements} warns of what cannot be seen
 * </ol>
 *
 * <p>When a collection is asked for its size:
 *
 * <ol>
 *   <li>{@code CollectionSizes} says, when the session factory is built, of which collections a counter counts exactly the
 *       elements, and gives these a {@code SizedCollectionType}
 *   <li>{@code SizedCollectionClass} is what that builds instead of Hibernate's class: a subclass of it that is generated
 *   <li>{@code CollectionSize} answers from the owner of a collection that is not loaded
 * </ol>
 *
 * <p>When a counter is asked for:
 *
 * <ol>
 *   <li>{@link io.countercache.hibernate.CounterCaches} and {@link io.countercache.hibernate.Counters} are what a session
 *       can do, {@link io.countercache.hibernate.CounterRepair} what is done to a whole table
 *   <li>{@code RowCounters} checks and prepares what {@code Counters} are asked for
 *   <li>{@code CounterColumn} is a numeric attribute, {@code Amount} by how much it moves; {@code DirectChange} changes rows,
 *       after {@code OwnQueries} has found out which of them exist where {@code EntityRows} says that the table has others
 *       which {@code EntityRows} says are there; {@code DirectContext} is what they need of the session factory
 *   <li>{@code Bump} inserts the {@code NewRow} where none has the {@code RowKey}
 *   <li>{@code RowLocks} locks rows in the table that has their counters, and says why they are read in a later statement
 *   <li>{@code Recount} measures and corrects counters while others write; {@code CountQuery} is what it asks
 *   <li>{@code IdRange} is a part of a table, for {@code Recount} to work on
 * </ol>
 */
@NullMarked
package io.countercache.hibernate;

import org.jspecify.annotations.NullMarked;
