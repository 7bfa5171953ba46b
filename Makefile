# What a developer does here, a line or two each. `make` lists them.

MVN := $(if $(wildcard mvnw),./mvnw,mvn) -ntp
LIBRARY := -pl counter-cache-core,counter-cache-hibernate
ONE := $(LIBRARY) -Dtest=$(TEST) -Dsurefire.failIfNoSpecifiedTests=false
N := 10
MINUTES :=
VERSION := 0.1.0
OPTIONS :=

.DEFAULT_GOAL := help
.PHONY: help quick test matrix databases one race soak bench format snippets docs javadoc release-dry-run arch

help: ## this list
	@sed -n 's/^\([a-z][a-z -]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

quick: ## compiles, and tests on H2; no checks of the code, and no random or long tests
	$(MVN) -q -Pquick $(LIBRARY) test

test: ## the gate: everything from scratch, on all databases, and the samples
	$(MVN) -B clean verify

matrix: ## all tests on each Hibernate that is supported, into docs/reference/compatibility.md; an hour or more
	$(MVN) -B -Pmatrix $(LIBRARY) clean verify

databases: ## all tests on each database, and with portable SQL, into docs/reference/compatibility.md; half an hour
	$(MVN) -B -Pdatabases $(LIBRARY) clean test

one: ## make one TEST=RaceTest: one test class on all databases
	$(MVN) -q $(ONE) test

race: ## make race TEST=RaceTest N=10: a test class again and again, until it fails
	@for i in $$(seq $(N)); do echo "$(TEST) $$i of $(N)"; $(MVN) -q $(ONE) test || exit 1; done

soak: ## the random, concurrent and fault tests in full length, on all databases; MINUTES=60: and new random programs for that long
	$(MVN) $(LIBRARY) -Dgroups=soak -Dtest.soak=100 -Dmariadb.groups=soak -Dmariadb.soak=100 $(if $(MINUTES),-Dmodel.minutes=$(MINUTES)) -Dsurefire.failIfNoSpecifiedTests=false test

bench: ## the benchmark, into docs/benchmark; OPTIONS=--short: to see it run
	$(MVN) -q -DskipTests -Prun -pl samples/benchmark -am package "-Doptions=$(OPTIONS)"

format: ## formats the code, as the build demands it
	$(MVN) -q spotless:apply

snippets: ## writes the code blocks of README and docs/ anew where their sources have changed
	-@$(MVN) -q $(LIBRARY) test-compile surefire:test@h2 -Dtest=SnippetTest -Dsurefire.failIfNoSpecifiedTests=false -Dsnippets.write=true
	@git status --short -- '*.md'

docs: javadoc ## the pages and the Javadoc as one site: open target/site/index.html; needs Node 20 or later
	@rm -rf target/site
	npm ci --prefix docs/site --ignore-scripts --no-audit --no-fund --silent
	npm run build --prefix docs/site --silent

javadoc: ## the Javadoc of both modules, into target/reports/apidocs
	$(MVN) -q -DskipTests -pl .,counter-cache-core,counter-cache-hibernate compile javadoc:aggregate

release-dry-run: ## make release-dry-run VERSION=0.1.0: all that a release has, into target/release, and a list of it; no tests, no signatures
	@rm -rf target/release
	$(MVN) -q -Prelease -Dmaven.test.skip=true -Dmaven.install.skip=true -Drevision=$(VERSION) $(LIBRARY) deploy -DaltDeploymentRepository=dry-run::file://$(CURDIR)/target/release
	@cd target/release && find . -type f ! -name '*.md5' ! -name '*.sha1' | sort

arch: ## packages that use each other in a circle; silent when there are none
	$(MVN) -q -Pquick $(LIBRARY) compile
	@jdeps -verbose:package -e 'io\.countercache.*' --multi-release 17 counter-cache-*/target/quick/classes | awk '$$2 == "->" && $$1 ~ /^io/ { print $$1, $$3 }' | tsort > /dev/null
