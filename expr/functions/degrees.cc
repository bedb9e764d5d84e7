// Trigonometry in degrees, exact at the angles where people expect it (sind(30) = 0.5): as PostgreSQL's, every
// result is scaled by what the C library gives for such an angle.
#include <cmath>

#include "expr/families.h"
#include "expr/typed_lambda.h"

namespace millrace::expr {
namespace {

constexpr double kRadiansPerDegree = 0.0174532925199432957692;

struct Scales {
  double sin_30 = std::sin(30.0 * kRadiansPerDegree);
  double one_minus_cos_60 = 1.0 - std::cos(60.0 * kRadiansPerDegree);
  double asin_half = std::asin(0.5);
  double acos_half = std::acos(0.5);
  double atan_one = std::atan(1.0);
};
const Scales& scales() {
  static const Scales instance;
  return instance;
}

double sin_0_to_30(double x) { return std::sin(x * kRadiansPerDegree) / scales().sin_30 / 2.0; }
double cos_0_to_60(double x) { return 1.0 - (1.0 - std::cos(x * kRadiansPerDegree)) / scales().one_minus_cos_60 / 2.0; }
// In the first quadrant.
double sin_q1(double x) { return x <= 30.0 ? sin_0_to_30(x) : cos_0_to_60(90.0 - x); }
double cos_q1(double x) { return x <= 60.0 ? cos_0_to_60(x) : sin_0_to_30(90.0 - x); }
double asin_q1(double x) {
  return x <= 0.5 ? std::asin(x) / scales().asin_half * 30.0 : 90.0 - std::acos(x) / scales().acos_half * 60.0;
}
double acos_q1(double x) {
  return x <= 0.5 ? 90.0 - std::asin(x) / scales().asin_half * 30.0 : std::acos(x) / scales().acos_half * 60.0;
}

SqlError out_of_domain() { return SqlError(sqlstate::kNumericValueOutOfRange, "input is out of range"); }

// An angle brought into the first quadrant, and the signs that the functions have in its own.
struct Folded {
  double angle;
  double sin_sign = 1, cos_sign = 1;
};
Folded fold(double x) {
  Folded f{std::fmod(x, 360.0)};
  if (f.angle < 0) {
    f.angle = -f.angle;
    f.sin_sign = -f.sin_sign;
  }
  if (f.angle > 180.0) {
    f.angle = 360.0 - f.angle;
    f.sin_sign = -f.sin_sign;
  }
  if (f.angle > 90.0) {
    f.angle = 180.0 - f.angle;
    f.cos_sign = -f.cos_sign;
  }
  return f;
}

// f(folded angle), where the angle is a number.
template <class F>
Result<double> of_angle(double x, F f) {
  if (std::isnan(x)) return x;
  if (std::isinf(x)) return out_of_domain();
  const double result = f(fold(x));
  return result == 0 ? 0.0 : result;  // no -0 of tangents
}

template <class F>
Result<double> of_ratio(double x, F f) {
  if (std::isnan(x)) return x;
  if (x < -1 || x > 1) return out_of_domain();
  return f(x);
}

}  // namespace

std::vector<ScalarFunction> degree_functions() {
  return {
      scalar(
          "sind",
          [](double x) -> Result<double> {
            if (std::isnan(x)) return x;
            if (std::isinf(x)) return out_of_domain();
            const Folded f = fold(x);
            return f.sin_sign * sin_q1(f.angle);
          },
          "Sine of degrees.", "sind(30) = 0.5"),
      scalar(
          "cosd",
          [](double x) -> Result<double> {
            if (std::isnan(x)) return x;
            if (std::isinf(x)) return out_of_domain();
            const Folded f = fold(x);
            return f.cos_sign * cos_q1(f.angle);
          },
          "Cosine of degrees.", "cosd(60) = 0.5"),
      scalar(
          "tand",
          [](double x) {
            return of_angle(x, [](Folded f) {
              return f.sin_sign * f.cos_sign * (sin_q1(f.angle) / cos_q1(f.angle) / (sin_q1(45.0) / cos_q1(45.0)));
            });
          },
          "Tangent of degrees.", "tand(45) = 1"),
      scalar(
          "cotd",
          [](double x) {
            return of_angle(x, [](Folded f) {
              return f.sin_sign * f.cos_sign * (cos_q1(f.angle) / sin_q1(f.angle) / (cos_q1(45.0) / sin_q1(45.0)));
            });
          },
          "Cotangent of degrees.", "cotd(45) = 1"),
      scalar(
          "asind", [](double x) { return of_ratio(x, [](double v) { return v >= 0 ? asin_q1(v) : -asin_q1(-v); }); },
          "Inverse sine, in degrees.", "asind(0.5) = 30"),
      scalar(
          "acosd",
          [](double x) { return of_ratio(x, [](double v) { return v >= 0 ? acos_q1(v) : 90.0 + asin_q1(-v); }); },
          "Inverse cosine, in degrees.", "acosd(0.5) = 60"),
      scalar(
          "atand", [](double x) { return std::atan(x) / scales().atan_one * 45.0; }, "Inverse tangent, in degrees.",
          "atand(1) = 45"),
      scalar(
          "atan2d", [](double y, double x) { return std::atan2(y, x) / scales().atan_one * 45.0; },
          "Angle of a point, in degrees.", "atan2d(1, 0) = 90"),
  };
}

}  // namespace millrace::expr
