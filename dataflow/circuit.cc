#include "dataflow/circuit.h"

#include <algorithm>
#include <queue>
#include <unordered_map>

#include "base/check.h"
#include "dataflow/circuit_builder.h"
#include "dataflow/operator.h"

namespace millrace::dataflow {
namespace {

// A circuit's views, and the order in which their operators run.
//
// Every node has a number; a node's inputs have smaller ones. A tick keeps the nodes that an input change has
// reached in a heap and takes the one with the smallest number: nodes that nothing reached are never looked
// at, however many there are.
class RunningCircuit final : public Circuit {
 public:
  explicit RunningCircuit(Executor& executor) : executor_(executor) {}

  Status attach(ObjectId view, const CircuitPlan& plan, const expr::EvalContext& context) override {
    MILLRACE_CHECK(!views_.contains(view), "the view is attached already");
    TRY(std::unique_ptr<ViewOperators> operators, build_operators({view, 0}, plan, context));
    add(view, std::move(operators), /*is_new=*/true);
    return {};
  }

  void detach(ObjectId view) override {
    const auto found = views_.find(view);
    MILLRACE_CHECK(found != views_.end(), "no such view");
    for (OperatorNode& node : found->second.operators->nodes) {
      nodes_.erase(node.number);
      if (node.relation) std::erase(readers_[*node.relation], &node);
    }
    std::erase_if(first_steps_, [&](uint64_t number) { return !nodes_.contains(number); });
    views_.erase(found);
  }

  void absorb(std::unique_ptr<Circuit> other) override {
    auto& circuit = static_cast<RunningCircuit&>(*other);
    std::vector<std::pair<uint64_t, ObjectId>> order;
    for (const auto& [id, view] : circuit.views_) order.emplace_back(view.operators->nodes.front().number, id);
    std::sort(order.begin(), order.end());
    for (const auto& [number, id] : order) {
      const bool first =
          std::find(circuit.first_steps_.begin(), circuit.first_steps_.end(), number) != circuit.first_steps_.end();
      MILLRACE_CHECK(!first, "absorbed before its first step");
      add(id, std::move(circuit.views_.at(id).operators), /*is_new=*/false);
    }
  }

  void set_guard(StepGuard* guard) override { guard_ = guard; }

  const std::vector<ViewChange>& step(TickId tick, const InputChanges& changes) override {
    for (const auto& [relation, delta] : changes) {
      if (!delta.empty()) deliver(relation, delta);
    }
    for (const uint64_t number : first_steps_) mark(*nodes_.at(number));
    first_steps_.clear();
    view_changes_.clear();
    ran_.clear();
    failed_.clear();
    control_view_.reset();
    tick_ = tick;

    while (!dirty_.empty()) {
      OperatorNode& node = *dirty_.top();
      dirty_.pop();
      if (failed_.contains(node.view)) continue;
      run(node);
      if (control_.stopped()) fail(node.view);
    }
    // Apply: all have probed.
    for (OperatorNode* node : ran_) {
      if (failed_.contains(node->view)) continue;
      for (SharedArrangement* arrangement : node->arrangements) arrangement->apply(node->out.rows);
    }
    collect_changes();
    for (OperatorNode* node : ran_) finish(*node);
    return view_changes_;
  }

  std::vector<CheckpointJob> pin_checkpoint() override {
    std::vector<CheckpointJob> jobs;
    for (auto& [id, view] : views_) {
      // Detaching the view must not take the state from under a job that still runs.
      const auto add_job = [&jobs, keep = view.operators](CheckpointJob job) {
        job.give_back = [keep, give_back = std::move(job.give_back)] { give_back(); };
        jobs.push_back(std::move(job));
      };
      for (const auto& arrangement : view.operators->arrangements) add_job(arrangement->pin_checkpoint());
      for (OperatorNode& node : view.operators->nodes) {
        for (CheckpointJob& job : node.op->pin_checkpoint()) add_job(std::move(job));
      }
    }
    return jobs;
  }

  Status restore(storage::CheckpointReader& reader) override {
    for (auto& [id, view] : views_) {
      for (const auto& arrangement : view.operators->arrangements) TRY(arrangement->restore(reader));
      for (OperatorNode& node : view.operators->nodes) TRY(node.op->restore(reader));
    }
    first_steps_.clear();  // Their output is in the restored rows.
    return {};
  }

  ViewStatistics statistics(ObjectId id) const override {
    ViewStatistics statistics;
    const auto found = views_.find(id);
    if (found == views_.end()) return statistics;
    for (const auto& arrangement : found->second.operators->arrangements) arrangement->add_statistics(statistics);
    for (const OperatorNode& node : found->second.operators->nodes) node.op->add_statistics(statistics);
    return statistics;
  }

 private:
  struct View {
    std::shared_ptr<ViewOperators> operators;
  };

  void add(ObjectId id, std::shared_ptr<ViewOperators> operators, bool is_new) {
    for (OperatorNode& node : operators->nodes) {
      node.number = next_number_++;
      node.dirty = node.ran = false;
      node.drain.bind([this, &node] { pass_on(node); });
      nodes_[node.number] = &node;
      if (node.relation) readers_[*node.relation].push_back(&node);
      if (is_new && node.op->run_first()) first_steps_.push_back(node.number);
    }
    views_[id] = {std::move(operators)};
  }

  void deliver(ObjectId relation, const Delta& delta) {
    const auto found = readers_.find(relation);
    if (found == readers_.end()) return;
    for (OperatorNode* node : found->second) {
      node->input_delta = &delta;
      mark(*node);
    }
  }

  void mark(OperatorNode& node) {
    if (node.dirty) return;
    node.dirty = true;
    dirty_.push(&node);
  }

  void run(OperatorNode& node) {
    if (control_view_ != node.view) {
      control_view_ = node.view;
      control_.begin(node.view, guard_);
    }
    inputs_.clear();
    if (node.relation) inputs_.push_back(node.input_delta != nullptr ? node.input_delta : &kUnchanged);
    for (OperatorNode* input : node.inputs) inputs_.push_back(input->dirty ? &input->out.rows : &kUnchanged);
    const bool nothing_left =
        node.ran && std::all_of(inputs_.begin(), inputs_.end(), [](const Delta* input) { return input->empty(); });
    if (!nothing_left) probe(node, inputs_);
    if (node.out.rows.empty() || control_.stopped()) return;
    for (OperatorNode* consumer : node.consumers) mark(*consumer);
    if (node.is_root) deliver(node.view, node.out.rows);
  }

  void probe(OperatorNode& node, std::span<const Delta* const> inputs) {
    if (!node.ran) {
      node.ran = true;
      ran_.push_back(&node);
      node.out.begin(control_, node.passes_on_parts ? &node.drain : nullptr);
    }
    node.op->probe(inputs, {.tick = tick_, .eval = *node.eval, .control = control_}, node.out);
  }

  // The node has made many rows and is at work on more: its consumers take those there are. They are asked
  // again, in their turn, for the rest.
  void pass_on(OperatorNode& node) {
    Delta rows;
    rows.swap(node.out.rows);
    node.out.clear_rows();
    for (OperatorNode* consumer : node.consumers) {
      mark(*consumer);
      std::vector<const Delta*> inputs;
      for (const OperatorNode* input : consumer->inputs) inputs.push_back(input == &node ? &rows : &kUnchanged);
      probe(*consumer, inputs);
      if (control_.stopped()) return;
    }
  }

  // The view's part of the tick is over, and that of all views that would need it.
  void fail(ObjectId view) {
    failed_.emplace(view, control_.failure());
    for (const auto& [id, reader] : views_) {
      const std::vector<ObjectId>& relations = reader.operators->relations;
      if (failed_.contains(id) || std::find(relations.begin(), relations.end(), view) == relations.end()) continue;
      fail(id);
    }
  }

  void finish(OperatorNode& node) {
    node.dirty = node.ran = false;
    node.input_delta = nullptr;
    node.out.clear();  // What is handed out has been copied, batches and all, into view_changes_.
  }

  // The views' changes, in the order of their roots.
  void collect_changes() {
    const bool wrong = !failed_.empty() || std::any_of(ran_.begin(), ran_.end(), [](const OperatorNode* node) {
      return !node->out.errors.empty();
    });
    if (wrong) return collect_changes_and_errors();
    roots_.clear();
    for (OperatorNode* node : ran_) {
      if (node->is_root && !node->out.rows.empty()) roots_.push_back(node);
    }
    std::sort(roots_.begin(), roots_.end(), by_number);
    for (OperatorNode* root : roots_) {
      ViewChange& change = view_changes_.emplace_back();
      change.view = root->view;
      change.rows = root->out.rows;
    }
  }

  // A view has the errors of all views below it.
  void collect_changes_and_errors() {
    std::map<ObjectId, std::vector<ErrorChange>> errors;
    for (OperatorNode* node : ran_) {
      if (failed_.contains(node->view) || node->out.errors.empty()) continue;
      auto& of_view = errors[node->view];
      of_view.insert(of_view.end(), node->out.errors.begin(), node->out.errors.end());
    }
    roots_.clear();
    for (auto& [id, view] : views_) roots_.push_back(view.operators->root);
    std::sort(roots_.begin(), roots_.end(), by_number);
    for (OperatorNode* root : roots_) {
      const ObjectId id = root->view;
      if (const auto failed = failed_.find(id); failed != failed_.end()) {
        view_changes_.emplace_back(ViewChange{.view = id, .rows = {}, .errors = {}, .failure = failed->second});
        continue;
      }
      for (const ObjectId below : views_.at(id).operators->relations) {
        const auto found = errors.find(below);
        if (found == errors.end()) continue;
        auto& of_view = errors[id];
        of_view.insert(of_view.end(), found->second.begin(), found->second.end());
      }
      const auto mine = errors.find(id);
      const bool changed = root->dirty && !root->out.rows.empty();
      if (!changed && mine == errors.end()) continue;
      ViewChange& change = view_changes_.emplace_back();
      change.view = id;
      if (changed) change.rows = root->out.rows;
      if (mine != errors.end()) change.errors = mine->second;
    }
  }

  static bool by_number(const OperatorNode* a, const OperatorNode* b) { return a->number < b->number; }
  struct Later {
    bool operator()(const OperatorNode* a, const OperatorNode* b) const { return by_number(b, a); }
  };

  inline static const Delta kUnchanged;

  [[maybe_unused]] Executor& executor_;
  StepGuard* guard_ = nullptr;
  std::map<ObjectId, View> views_;
  std::unordered_map<uint64_t, OperatorNode*> nodes_;
  std::unordered_map<ObjectId, std::vector<OperatorNode*>> readers_;
  uint64_t next_number_ = 0;
  std::vector<uint64_t> first_steps_;

  // Of the tick in progress.
  std::priority_queue<OperatorNode*, std::vector<OperatorNode*>, Later> dirty_;
  std::vector<OperatorNode*> ran_;
  std::vector<const Delta*> inputs_;  // of the node that is run
  std::vector<OperatorNode*> roots_;
  std::vector<ViewChange> view_changes_;
  std::map<ObjectId, SqlError> failed_;
  TickId tick_;
  StepControl control_;
  std::optional<ObjectId> control_view_;  // whose operators it was begun for
};

}  // namespace

std::unique_ptr<Circuit> make_circuit(Executor& executor) { return std::make_unique<RunningCircuit>(executor); }

ArrangementId arrangement_id(ObjectId view, NodeIndex node, uint32_t part) {
  MILLRACE_CHECK(node < (1U << 23) && part < 256, "a plan too large to name its state");
  return ArrangementId(uint64_t{view.value()} << 32 | uint64_t{node + 1} << 8 | part);
}

}  // namespace millrace::dataflow
