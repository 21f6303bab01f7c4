//! A rule with a limit.

use super::*;

#[test]
fn a_limited_rule_ends_after_its_requests() {
    let faults = Faults::default();
    faults.add(FaultRule::new(FaultAction::Drop).on(Plane::Registry).after(1).times(2));
    let request =
        RequestFacts { plane: Plane::Registry, method: "GET", path: "/v2/", operation: None };
    let other = RequestFacts { plane: Plane::Hub, ..request };
    let hits: Vec<bool> = (0..4).map(|_| faults.take(&request).is_some()).collect();
    assert_eq!(hits, [false, true, true, false]);
    assert!(faults.take(&other).is_none());
    assert_eq!(faults.active(), 0);
}
