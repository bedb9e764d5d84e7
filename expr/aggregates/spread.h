// The names of variance and standard deviation, of a population and of a sample.
#pragma once

namespace millrace::expr {

enum class Measure { kVariance, kDeviation };

// Six functions over a state that answers `spread(sample, measure)`, each under its names.
template <class AddRow>
void for_each_spread(AddRow add) {
  add.template operator()<false, Measure::kVariance>("var_pop", "Variance of a population.");
  add.template operator()<true, Measure::kVariance>("var_samp", "Variance of a sample.");
  add.template operator()<true, Measure::kVariance>("variance", "Variance of a sample.");
  add.template operator()<false, Measure::kDeviation>("stddev_pop", "Standard deviation of a population.");
  add.template operator()<true, Measure::kDeviation>("stddev_samp", "Standard deviation of a sample.");
  add.template operator()<true, Measure::kDeviation>("stddev", "Standard deviation of a sample.");
}

}  // namespace millrace::expr
