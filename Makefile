.DEFAULT_GOAL := help
.PHONY: help build test test-kafka simulate mutation demo sample recipe benchmark install-cli clean
export CONFIGURATION ?= Release

# Runs a command with the broker that tests would use, where the environment names one.
ON_TEST_BROKER = $(if $(KAFKA_HOME)$(E2EKAFKA_TEST_BOOTSTRAP),dotnet run --project tests/E2EKafka.TestBrokers --configuration $(CONFIGURATION) --no-build --)
BUILD_TEST_BROKER = $(if $(ON_TEST_BROKER),eng/build tests/E2EKafka.TestBrokers/*.csproj,:)

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

build: ## build everything
	@eng/build

test: ## build and run every test; those on a real Kafka with KAFKA_HOME, E2EKAFKA_TEST_BOOTSTRAP or Docker
	@eng/test

test-kafka: ## build, and run the tests on a real Kafka alone
	@eng/test tests/E2EKafka.RealKafka.Tests/*.csproj

simulate: ## run the simulator: SEEDS=10000, or replay a seed with ARGS="--trace SEED"
	@eng/build tests/E2EKafka.Simulation/*.csproj
	@dotnet run --project tests/E2EKafka.Simulation --configuration $(CONFIGURATION) --no-build -- $(if $(ARGS),$(ARGS),--seeds $(or $(SEEDS),1000))

mutation: ## change the code of keys, sessions and records and see whether a test fails (one folder: FOLDER=Cryptography)
	@dotnet tool restore
	@cd tests/E2EKafka.Identity.Tests && dotnet stryker $(if $(FOLDER),--mutate '$(FOLDER)/**/*.cs')

demo: ## run samples/QuickStart on an embedded Kafka, or on yours: BOOTSTRAP=host:port, or KAFKA_HOME
	@eng/build samples/QuickStart/*.csproj
	@$(BUILD_TEST_BROKER)
	@$(if $(BOOTSTRAP),,$(ON_TEST_BROKER)) dotnet run --project samples/QuickStart --configuration $(CONFIGURATION) --no-build -- $(if $(BOOTSTRAP),--bootstrap-server $(BOOTSTRAP))

sample: ## run samples/OrdersApi, a web application, on an embedded Kafka, or on yours as above; DATA=FOLDER keeps its vaults
	@eng/build samples/OrdersApi/*.csproj
	@$(BUILD_TEST_BROKER)
	@$(if $(BOOTSTRAP),,$(ON_TEST_BROKER)) dotnet run --project samples/OrdersApi --configuration $(CONFIGURATION) --no-build -- $(if $(BOOTSTRAP),--BootstrapServers $(BOOTSTRAP)) $(if $(DATA),--Data $(DATA))

recipe: ## run a recipe of docs/samples.md, on an embedded Kafka, or on yours as above: NAME=wolverine (without NAME: list them)
	@eng/build samples/Recipes/*.csproj
	@$(BUILD_TEST_BROKER)
	@$(if $(BOOTSTRAP),,$(if $(NAME),$(ON_TEST_BROKER))) dotnet run --project samples/Recipes --configuration $(CONFIGURATION) --no-build -- $(NAME) $(if $(BOOTSTRAP),--bootstrap-server $(BOOTSTRAP))

benchmark: ## run the benchmarks (choose with ARGS="--filter *Name*", or ARGS=--rotations, --ratios, --batches, --threads; KAFKA_HOME as above)
	@CONFIGURATION=Release eng/build benchmarks/E2EKafka.Benchmarks/*.csproj
	@$(BUILD_TEST_BROKER)
	@$(ON_TEST_BROKER) dotnet run --project benchmarks/E2EKafka.Benchmarks --configuration Release --no-build -- $(if $(ARGS),$(ARGS),--filter '*')

install-cli: ## install the command-line tool e2ekafka for this user
	@eng/install-cli

clean: ## remove everything built in this clone
	@rm -rf artifacts BenchmarkDotNet.Artifacts
	@find src tests samples benchmarks -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} + 2>/dev/null || true
